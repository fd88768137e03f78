// SPDX-License-Identifier: GPL-2.0-only
// The machine as the programs were written for: pages of 4 KiB, one processor.
#include <unistd.h>

#define PAGE_BYTES 4096
/* What programs may plan their caches by; the host's limit lies at or above it. */
#define MEMORY_BYTES (1024L * 1024 * 1024)

long __real_sysconf(int name);

/* WebAssembly's own page is 64 KiB, and some programs derive the block size of a file system from it. */
long __wrap_sysconf(int name)
{
	switch (name) {
	case _SC_PAGESIZE:
		return PAGE_BYTES;
	case _SC_PHYS_PAGES:
	case _SC_AVPHYS_PAGES:
		return MEMORY_BYTES / PAGE_BYTES;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return 1;
	default:
		return __real_sysconf(name);
	}
}

int __wrap_getpagesize(void)
{
	return PAGE_BYTES;
}
