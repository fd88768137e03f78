// SPDX-License-Identifier: GPL-2.0-only
// Moves bytes between disk and host without the page cache. O_DIRECT from "user space" would pin pages by page tables
// that nobody has; a block of RAM needs none, and reaches the disk as one segment.
#include <linux/bvec.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/uio.h>
#include <asm/lkl.h>

long lkl_buffer(unsigned long size)
{
	void *block;

	if (!size || size > LKL_BUFFER_MAX)
		return -EINVAL;
	block = alloc_pages_exact(size, GFP_KERNEL);
	return block ? (long)block : -ENOMEM;
}

/* What a driver does with a direct write that it does not announce may be slow (btrfs), or little used. */
static bool announces_direct(struct file *file)
{
	struct kstat status;

	return !vfs_getattr(&file->f_path, &status, STATX_DIOALIGN, AT_STATX_DONT_SYNC) &&
	       status.result_mask & STATX_DIOALIGN && status.dio_offset_align &&
	       IS_ALIGNED(PAGE_SIZE, status.dio_offset_align);
}

static ssize_t transfer(struct file *file, bool write, void *block, size_t size, loff_t position)
{
	struct bio_vec segment;
	struct iov_iter iter;
	struct kiocb request;

	if (!(file->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_ODIRECT) || (write && !announces_direct(file)))
		return -EINVAL;
	bvec_set_virt(&segment, block, size);
	iov_iter_bvec(&iter, write ? ITER_SOURCE : ITER_DEST, &segment, 1, size);
	init_sync_kiocb(&request, file);
	request.ki_pos = position;
	request.ki_flags |= IOCB_DIRECT;
	return write ? vfs_iocb_iter_write(file, &request, &iter) : vfs_iocb_iter_read(file, &request, &iter);
}

long lkl_direct(int fd, bool write, void *block, size_t size, loff_t position)
{
	struct fd file = fdget(fd);
	long ret;

	if (!fd_file(file))
		return -EBADF;
	if (!IS_ALIGNED((unsigned long)block | size | position, PAGE_SIZE) || !size || size > LKL_BUFFER_MAX)
		ret = -EINVAL;
	else
		ret = transfer(fd_file(file), write, block, size, position);
	fdput(file);
	return ret;
}
