// SPDX-License-Identifier: GPL-2.0-only
// strerror() in glibc's words, which are what people search for, and for the numbers that include/errno.h adds.
#include <errno.h>
#include <string.h>

char *__real_strerror(int error);
char *__wrap_strerror(int error);

char *__wrap_strerror(int error)
{
	switch (error) {
	case 0:
		return "Success";
	case EIO:
		return "Input/output error";
	case EUCLEAN:
		return "Structure needs cleaning";
	case ENODATA:
		return "No data available";
	case ENOTBLK:
		return "Block device required";
	case EMEDIUMTYPE:
		return "Wrong medium type";
	case ESHUTDOWN:
		return "Cannot send after transport endpoint shutdown";
	case EREMOTEIO:
		return "Remote I/O error";
	case ENOMEM:
		return "Cannot allocate memory";
	case ENOTTY:
		return "Inappropriate ioctl for device";
	case EXDEV:
		return "Invalid cross-device link";
	case EBADF:
		return "Bad file descriptor";
	case EBUSY:
		return "Device or resource busy";
	case EEXIST:
		return "File exists";
	case ENOTSUP:
		return "Operation not supported";
	case EILSEQ:
		return "Invalid or incomplete multibyte or wide character";
	case ERANGE:
		return "Numerical result out of range";
	case EDOM:
		return "Numerical argument out of domain";
	case ELOOP:
		return "Too many levels of symbolic links";
	case EMFILE:
		return "Too many open files";
	case ENFILE:
		return "Too many open files in system";
	case ENAMETOOLONG:
		return "File name too long";
	case EDEADLK:
		return "Resource deadlock avoided";
	case ESPIPE:
		return "Illegal seek";
	case EDQUOT:
		return "Disk quota exceeded";
	case ETIMEDOUT:
		return "Connection timed out";
	case EOVERFLOW:
		return "Value too large for defined data type";
	default:
		return __real_strerror(error);
	}
}
