// SPDX-License-Identifier: GPL-2.0-only
// Reads from disk to host without the page cache. O_DIRECT from "user space" would pin pages by page tables that nobody
// has; a block of RAM needs none, and reaches the disk as one segment.
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

static ssize_t read_into(struct file *file, void *to, size_t size, loff_t position)
{
	struct bio_vec segment;
	struct iov_iter iter;
	struct kiocb request;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	bvec_set_virt(&segment, to, size);
	iov_iter_bvec(&iter, ITER_DEST, &segment, 1, size);
	init_sync_kiocb(&request, file);
	request.ki_pos = position;
	request.ki_flags |= IOCB_DIRECT;
	return vfs_iocb_iter_read(file, &request, &iter);
}

long lkl_read_direct(int fd, void *to, size_t size, loff_t position)
{
	struct fd file = fdget(fd);
	long ret;

	if (!fd_file(file))
		return -EBADF;
	if (!IS_ALIGNED((unsigned long)to | size | position, PAGE_SIZE) || !size || size > LKL_BUFFER_MAX)
		ret = -EINVAL;
	else
		ret = read_into(fd_file(file), to, size, position);
	fdput(file);
	return ret;
}
