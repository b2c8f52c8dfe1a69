/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that the embedded libraries ask for. The C library's own entries are called: finding them would
 * need memory. */
#include "inject.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	return BY_NATRA() && fault("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return BY_NATRA() && fault("calloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return BY_NATRA() && fault("realloc") ? NULL : __libc_realloc(memory, size);
}
