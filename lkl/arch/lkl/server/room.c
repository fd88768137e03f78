// SPDX-License-Identifier: GPL-2.0-only
// Keeps RAM usable while file systems are written. Disks answer at once here, so the threads that clean up always keep
// up, but they only run when a server sleeps. Left to itself the kernel would make a server sleep by the clock
// (balance_dirty_pages), or find all of a small RAM pinned by what a journal has not committed yet.
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include <asm/lkl.h>

/* Part of RAM that may be dirty: sleeping begins at 15 % of what is free or page cache. */
#define DIRTY_PART	16
/* Part of RAM that must be free, or be page cache of files; what caches disk blocks may be pinned. */
#define ROOM_PART	4
/* Requests between two looks at it. */
#define ROOM_INTERVAL	16
/* Pages of RAM for each request between two looks for dirty inodes: in f2fs each becomes a dirty page, in one go. */
#define INODE_PART	4
#define MOST_ROUNDS	8

static bool too_dirty(void)
{
	return global_node_page_state(NR_FILE_DIRTY) > totalram_pages() / DIRTY_PART;
}

static bool cramped(void)
{
	return si_mem_available() - nr_blockdev_pages() < (long)totalram_pages() / ROOM_PART;
}

static bool is_written(struct super_block *sb)
{
	return !sb_rdonly(sb) && sb->s_bdi != &noop_backing_dev_info;
}

static void write_data(struct super_block *sb, void *unused)
{
	if (is_written(sb) && bdi_has_dirty_io(sb->s_bdi))
		writeback_inodes_sb(sb, WB_REASON_BACKGROUND);
}

/* f2fs and btrfs keep up to 16 and 32 MiB of dirty metadata unless they are told to. */
static void write_all(struct super_block *sb, void *unused)
{
	if (is_written(sb))
		sync_filesystem(sb);
}

struct round {
	bool first, useful;
};

static void make_room(struct super_block *sb, void *argument)
{
	struct round *round = argument;

	/* Where nothing is written nothing is pinned: the kernel finds room by itself. */
	if (!is_written(sb))
		return;
	round->useful = true;
	if (round->first)
		drop_slab();
	sync_filesystem(sb);
	if (sb->s_bdev)
		invalidate_bdev(sb->s_bdev);
	/* Threads of the file system get time to make what is dirty droppable (xfs). */
	usleep_range_state(50, 100, TASK_IDLE);
	drop_slab();
}

void lkl_make_room(void)
{
	static unsigned int requests;
	struct round round = { .first = true, .useful = true };
	int left;

	requests++;
	if (too_dirty() || requests % (totalram_pages() / INODE_PART) == 0)
		iterate_supers(write_data, NULL);
	if (too_dirty())
		iterate_supers(write_all, NULL);
	if (requests % ROOM_INTERVAL)
		return;
	for (left = MOST_ROUNDS; left && round.useful && cramped(); left--, round.first = false) {
		round.useful = false;
		iterate_supers(make_room, &round);
	}
}
