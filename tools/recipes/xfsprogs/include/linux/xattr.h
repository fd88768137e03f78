/* SPDX-License-Identifier: GPL-2.0-only */
/* Namespaces of extended attributes: mkfs.xfs reads those of files that a protofile names. */
#ifndef KDISK_LINUX_XATTR_H
#define KDISK_LINUX_XATTR_H

#include <linux/limits.h>

#define XATTR_SECURITY_PREFIX "security."
#define XATTR_SECURITY_PREFIX_LEN (sizeof(XATTR_SECURITY_PREFIX) - 1)
#define XATTR_TRUSTED_PREFIX "trusted."
#define XATTR_TRUSTED_PREFIX_LEN (sizeof(XATTR_TRUSTED_PREFIX) - 1)
#define XATTR_USER_PREFIX "user."
#define XATTR_USER_PREFIX_LEN (sizeof(XATTR_USER_PREFIX) - 1)

#endif
