// SPDX-License-Identifier: GPL-2.0-only
// The program's name for messages, which wasi-libc has room for (errno.h) and leaves NULL.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

void kdisk_set_program_name(void);

/* Nothing calls this by name: clang.cfg has the linker export it, and so take it along. */
__attribute__((constructor)) void kdisk_set_program_name(void)
{
	size_t count, size;
	uint8_t **arguments;
	uint8_t *text;
	char *slash;

	if (__wasi_args_sizes_get(&count, &size) || count == 0)
		return;
	/* Kept to the end: the names lie in it. */
	arguments = malloc(count * sizeof(*arguments));
	text = malloc(size);
	if (!arguments || !text || __wasi_args_get(arguments, text))
		return;
	program_invocation_name = (char *)arguments[0];
	slash = strrchr(program_invocation_name, '/');
	program_invocation_short_name = slash ? slash + 1 : program_invocation_name;
}
