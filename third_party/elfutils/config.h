/* What elfutils' ./configure would find with glibc 2.27 and clang, as far as libelf asks. */
#define HAVE_ERR_H 1
#define HAVE_ERROR_H 1
#define HAVE_STDATOMIC_H 1
#define HAVE_DECL_MEMPCPY 1
#define HAVE_DECL_RAWMEMCHR 1
#define HAVE_DECL_REALLOCARRAY 1
#define HAVE_DECL_POWEROF2 1
#define HAVE_DECL_MREMAP 1
#define HAVE_MREMAP 1
#define HAVE_VISIBILITY 1
#define HAVE_FALLTHROUGH 1
/* One library of ours, so no versions of libelf's own. */
#define SYMBOL_VERSIONING 0
#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64
#define PACKAGE_NAME "elfutils"
/* No message catalogue. */
#define _(s) (s)
#define N_(s) s
#include <eu-config.h>
