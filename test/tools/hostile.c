// SPDX-License-Identifier: GPL-2.0-only
// A program for the sandbox that tries what an honest one never does: host*.test.ts compiles it (no C library) and looks at
// what it was told. argv[1] names the case; results go to standard output as decimal numbers, one a line.
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;
typedef unsigned char u8;

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
#define KDISK(name) __attribute__((import_module("kdisk"), import_name(#name)))

struct piece {
	const void *base;
	u32 length;
};

WASI(args_sizes_get) i32 args_sizes_get(u32 *count, u32 *bytes);
WASI(args_get) i32 args_get(u8 **table, u8 *buffer);
WASI(environ_sizes_get) i32 environ_sizes_get(u32 *count, u32 *bytes);
WASI(fd_write) i32 fd_write(i32 fd, const struct piece *pieces, u32 count, u32 *done);
WASI(fd_read) i32 fd_read(i32 fd, const struct piece *pieces, u32 count, u32 *done);
WASI(fd_pwrite) i32 fd_pwrite(i32 fd, const struct piece *pieces, u32 count, i64 offset, u32 *done);
WASI(fd_pread) i32 fd_pread(i32 fd, const struct piece *pieces, u32 count, i64 offset, u32 *done);
WASI(fd_seek) i32 fd_seek(i32 fd, i64 delta, i32 whence, u64 *position);
WASI(fd_close) i32 fd_close(i32 fd);
WASI(fd_renumber) i32 fd_renumber(i32 from, i32 to);
WASI(fd_readdir) i32 fd_readdir(i32 fd, u8 *buffer, u32 length, u64 cookie, u32 *used);
WASI(fd_filestat_get) i32 fd_filestat_get(i32 fd, u8 *stat);
WASI(fd_filestat_set_size) i32 fd_filestat_set_size(i32 fd, u64 size);
WASI(fd_prestat_get) i32 fd_prestat_get(i32 fd, u8 *prestat);
WASI(path_open) i32 path_open(i32 fd, i32 lookup, const u8 *path, u32 length, i32 how, u64 rights, u64 inheriting,
			      i32 flags, i32 *opened);
WASI(path_filestat_get) i32 path_filestat_get(i32 fd, i32 lookup, const u8 *path, u32 length, u8 *stat);
WASI(path_unlink_file) i32 path_unlink_file(i32 fd, const u8 *path, u32 length);
WASI(path_rename) i32 path_rename(i32 fd, const u8 *path, u32 length, i32 to, const u8 *target, u32 target_length);
WASI(path_symlink) i32 path_symlink(const u8 *target, u32 target_length, i32 fd, const u8 *path, u32 length);
WASI(clock_time_get) i32 clock_time_get(i32 id, u64 precision, u64 *now);
WASI(random_get) i32 random_get(u8 *buffer, u32 length);
WASI(poll_oneoff) i32 poll_oneoff(const u8 *subscriptions, u8 *events, u32 count, u32 *happened);
WASI(sock_accept) i32 sock_accept(i32 fd, i32 flags, i32 *opened);
WASI(proc_exit) _Noreturn void proc_exit(i32 code);
KDISK(discard) i32 discard(i32 fd, i64 offset, i64 length);
KDISK(mode) u32 mode(i32 fd);
KDISK(dup) i32 dup(i32 fd);
KDISK(terminal_keys) i32 terminal_keys(i32 fd, i32 single);

#define ROOT 3
#define READ (1ull << 1)
#define WRITE (1ull << 6)
#define CREATE 1
#define TRUNCATE 8

static u8 block[65536];
static u32 refused;

static u32 length_of(const char *text)
{
	u32 length = 0;

	while (text[length])
		length++;
	return length;
}

static i32 same(const u8 *left, const char *right)
{
	while (*left && *left == (u8)*right)
		left++, right++;
	return *left == (u8)*right;
}

static void say(u64 number)
{
	u8 digits[24];
	u32 at = sizeof(digits), done;
	struct piece piece;

	digits[--at] = '\n';
	do
		digits[--at] = '0' + number % 10;
	while (number /= 10);
	piece = (struct piece){digits + at, sizeof(digits) - at};
	fd_write(1, &piece, 1, &done);
}

static i32 open_path(const char *path, i32 how, u64 rights)
{
	i32 opened = -1;
	i32 error = path_open(ROOT, 1, (const u8 *)path, length_of(path), how, rights, rights, 0, &opened);

	return error ? -error : opened;
}

static void bad_pointers(void)
{
	u8 *const far = (u8 *)0xfffffff0u;
	u32 *const outside = (u32 *)0xfffffffeu;
	struct piece piece = {far, 0x20}, huge = {(void *)16, 0xffffffffu}, good = {block, 1};
	u32 done;
	i32 disk = open_path("disk", 0, READ | WRITE);

	say(fd_write(1, &piece, 1, &done));
	say(fd_write(1, &huge, 1, &done));
	say(fd_write(1, (struct piece *)far, 3, &done));
	say(fd_pread(disk, &piece, 1, 0, &done));
	say(fd_pread(disk, &good, 1, 0, outside));
	say(fd_pwrite(disk, &huge, 1, 0, &done));
	say(fd_filestat_get(disk, far));
	say(args_get((u8 **)outside, far));
	say(random_get(far, 0x100));
	say(clock_time_get(0, 0, (u64 *)far + 1));
	say(path_open(ROOT, 0, far, 0x100, 0, READ, READ, 0, &disk));
	say(path_open(ROOT, 0, (const u8 *)"disk", 4, 0, READ, READ, 0, (i32 *)outside));
	say(poll_oneoff(far, block, 1, &done));
	say(fd_readdir(ROOT, far, 0x100, 0, &done));
	say(fd_prestat_get(ROOT, far + 15));
}

static void escapes(void)
{
	static const char *const paths[] = {
		"../../etc/passwd", "..", "etc/passwd", "/etc/passwd", "tmp/../../etc/passwd", "proc/self/mem", "disk2", "disk/x", "",
		"tmp/..", "disk/",
	};

	for (u32 i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		say(-open_path(paths[i], 0, READ) & 0xff);
	say(-open_path("etc/new", CREATE, WRITE) & 0xff);
	say(-open_path("given.txt", 0, WRITE) & 0xff);
	say(path_symlink((const u8 *)"/etc/passwd", 11, ROOT, (const u8 *)"tmp/link", 8));
	say(path_rename(ROOT, (const u8 *)"disk", 4, ROOT, (const u8 *)"tmp/disk", 8));
	say(path_unlink_file(ROOT, (const u8 *)"disk", 4));
	say(sock_accept(0, 0, (i32 *)block));
	say(path_unlink_file(ROOT, block, sizeof(block)));
}

static void bomb(void)
{
	for (u32 step = 1024; step > 0; step /= 2)
		while (__builtin_wasm_memory_grow(0, step) != (u32)-1)
			;
	refused = 1;
	say(__builtin_wasm_memory_size(0));
	/* The host must see the memory that is there now. */
	struct piece piece = {(u8 *)(__builtin_wasm_memory_size(0) * 65536 - 4), 4};
	u32 done = 99;
	say(fd_pread(open_path("disk", 0, READ), &piece, 1, 0, &done));
	say(done);
}

static void edges(void)
{
	struct piece piece = {block, 4096};
	u32 done = 0;
	u64 position;
	i32 disk = open_path("disk", 0, READ | WRITE);

	say(fd_seek(disk, 0, 2, &position));
	say(position);
	say(fd_pwrite(disk, &piece, 1, position, &done));
	say(fd_pwrite(disk, &piece, 1, position - 1000, &done));
	say(done);
	say(fd_pread(disk, &piece, 1, position - 10, &done));
	say(done);
	say(fd_pread(disk, &piece, 1, position + 10, &done));
	say(done);
	say(fd_pread(disk, &piece, 1, -1, &done));
	say(fd_seek(disk, -1, 0, &position));
	say(fd_seek(disk, 0, 7, &position));
	say(fd_filestat_set_size(disk, position + 1));
	say(fd_filestat_set_size(disk, 0));
	say(discard(disk, position - 5000, 1 << 20));
	say(discard(disk, -1, 5));
	say(discard(1, 0, 5));
}

static void read_only(void)
{
	struct piece piece = {block, 512};
	u32 done;
	i32 disk;

	say(-open_path("disk", 0, READ | WRITE) & 0xff);
	say(-open_path("disk", TRUNCATE, READ) & 0xff);
	disk = open_path("disk", 0, READ);
	say(fd_pwrite(disk, &piece, 1, 0, &done));
	say(discard(disk, 0, 512));
	say(fd_filestat_set_size(disk, 0));
}

static void descriptors(void)
{
	u32 count = 0, done;
	struct piece piece = {block, 1};

	say(fd_close(77));
	say(fd_close(-1));
	say(fd_renumber(77, 1));
	say(fd_renumber(1, -1));
	say(fd_read(ROOT, &piece, 1, &done));
	say(fd_write(0, &piece, 1, &done));
	say(fd_seek(0, 0, 1, (u64 *)block));
	say(mode(99) == (u32)-1);
	while (open_path("disk", 0, READ) >= 0)
		count++;
	say(count);
	say(dup(0) & 0xff);
}

static __attribute__((noinline)) u32 sink(u32 depth)
{
	volatile u8 frame[64];

	frame[depth % 64] = depth;
	return depth == 0xffffffff ? 0 : sink(depth + 1) + frame[depth % 32];
}

/* The same without a frame in its own memory: only the thread's stack grows. */
static u32 deep(u32 depth);
static u32 (*volatile next)(u32) = deep;

static u32 deep(u32 depth)
{
	return depth == 0xffffffff ? 0 : next(depth + 1) + 1;
}

static __attribute__((noinline)) void give_up(void)
{
	__builtin_trap();
}

static void clocks(void)
{
	static const i32 ids[] = {0, 1, 0, 1};
	u64 now;

	for (u32 i = 0; i < 4; i++) {
		clock_time_get(ids[i], 0, &now);
		say(now);
	}
	say(clock_time_get(9, 0, &now));
	for (u32 i = 0; i < 4; i++) {
		random_get((u8 *)&now, sizeof(now));
		say(now);
	}
}

/* Sleeps for argv[2] hours, and says how long that was in ms. */
static void sleep_hours(u32 hours)
{
	static u64 subscription[6];
	u64 before, after;
	u32 happened;

	subscription[0] = 42;
	subscription[2] = 1;
	subscription[3] = hours * 3600ull * 1000000000ull + 30000000;
	clock_time_get(1, 0, &before);
	say(poll_oneoff((u8 *)subscription, block, 1, &happened));
	clock_time_get(1, 0, &after);
	say(happened);
	say(*(u64 *)block);
	say((after - before) / 1000000);
}

/* Number of bytes of standard input, and their FNV-1a. */
static void count_input(void)
{
	struct piece pieces[2] = {{block, 1000}, {block + 1000, sizeof(block) - 1000}};
	u64 total = 0;
	u32 hash = 0x811c9dc5, done;

	while (fd_read(0, pieces, 2, &done) == 0 && done > 0) {
		total += done;
		for (u32 i = 0; i < done; i++)
			hash = (hash ^ block[i]) * 0x01000193;
	}
	say(total);
	say(hash);
}

static void flood(void)
{
	struct piece piece = {block, sizeof(block)};
	u32 done;

	for (u32 i = 0; i < sizeof(block); i++)
		block[i] = 'x';
	for (u32 i = 0; i < 1024; i++)
		fd_write(1, &piece, 1, &done);
}

static void scratch(void)
{
	struct piece piece = {block, sizeof(block)};
	u32 done, written = 0;
	u64 position;
	i32 error, file = open_path("tmp/a", CREATE, READ | WRITE);

	block[0] = 7;
	while ((error = fd_write(file, &piece, 1, &done)) == 0)
		written += done;
	say(written >> 20);
	say(error);
	say(fd_filestat_set_size(file, 1ull << 40));
	block[0] = 0;
	say(fd_seek(file, 0, 0, &position));
	say(fd_read(file, &piece, 1, &done));
	say(block[0]);
	say(path_unlink_file(ROOT, (const u8 *)"tmp/a", 5));
	say(path_filestat_get(ROOT, 0, (const u8 *)"tmp/a", 5, block));
	say(open_path("tmp/b", CREATE, WRITE) > 0);
}

static void list(void)
{
	u32 used, at = 0, done;
	struct piece piece;

	fd_readdir(ROOT, block, sizeof(block), 0, &used);
	while (at < used) {
		u32 length = *(u32 *)(block + at + 16);

		block[at + 24 + length] = '\n';
		/* The next entry begins there: its first byte is a number that is not needed. */
		piece = (struct piece){block + at + 24, length + 1};
		fd_write(1, &piece, 1, &done);
		at += 24 + length;
	}
	environ_sizes_get(&used, &done);
	say(used);
}

static void ask(const char *question)
{
	struct piece piece = {question, length_of(question)};
	u32 done;

	fd_write(1, &piece, 1, &done);
}

/* A single key, then a line, until the end. */
static void talk(void)
{
	struct piece piece = {block, sizeof(block)};
	u8 stat[64];
	u32 done;

	say(terminal_keys(2, 1));
	ask("key? ");
	while (fd_read(0, &piece, 1, &done) == 0 && done > 0) {
		say(done);
		say(block[0]);
		terminal_keys(0, 0);
		ask("line? ");
	}
	say(fd_filestat_get(0, stat));
	say(stat[16]);
	ask("bye ");
}

/* Writes to the disk for ever, one number after the other. */
static void scribble(void)
{
	struct piece piece = {block, 4096};
	u32 done;
	i32 disk = open_path("disk", 0, READ | WRITE);

	for (u32 round = 0;; round++) {
		*(u32 *)block = round;
		fd_pwrite(disk, &piece, 1, round % 64 * 4096, &done);
		if (round == 100)
			say(round);
	}
}

__attribute__((export_name("kdisk_memory_refused"))) u32 memory_refused(void)
{
	return refused;
}

__attribute__((export_name("_start"))) void start(void)
{
	static u8 *argv[8];
	static u8 words[1024];
	u32 count, bytes, nothing = 0;
	struct piece empty = {&nothing, 1};
	const u8 *what;

	args_sizes_get(&count, &bytes);
	if (count > 8 || bytes > sizeof(words))
		proc_exit(9);
	args_get(argv, words);
	what = argv[1];
	if (same(what, "pointers"))
		bad_pointers();
	else if (same(what, "escapes"))
		escapes();
	else if (same(what, "bomb"))
		bomb();
	else if (same(what, "edges"))
		edges();
	else if (same(what, "read-only"))
		read_only();
	else if (same(what, "descriptors"))
		descriptors();
	else if (same(what, "clocks"))
		clocks();
	else if (same(what, "sleep"))
		sleep_hours(argv[2][0] - '0');
	else if (same(what, "count"))
		count_input();
	else if (same(what, "flood"))
		flood();
	else if (same(what, "scratch"))
		scratch();
	else if (same(what, "list"))
		list();
	else if (same(what, "talk"))
		talk();
	else if (same(what, "scribble"))
		scribble();
	else if (same(what, "recursion"))
		say(sink(0));
	else if (same(what, "deep recursion"))
		say(deep(0));
	else if (same(what, "unreachable"))
		give_up();
	else if (same(what, "refused then trap")) {
		refused = 1;
		give_up();
	} else if (same(what, "wild"))
		say(*(volatile u32 *)0xfffffff0u);
	else if (same(what, "loop"))
		for (volatile u32 round = 0;; round++)
			;
	else if (same(what, "wait"))
		fd_read(0, &empty, 1, &count);
	else
		proc_exit(64);
}
