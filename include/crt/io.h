/* Files by descriptor. */
#ifndef _OFM_CRT_IO_H
#define _OFM_CRT_IO_H

#include "_crt.h"

_CRT_BEGIN
int _access(const char *path, int mode) __asm__("access");
int access(const char *path, int mode);
errno_t _access_s(const char *path, int mode) _CRTBIND(_access_s);
int _waccess(const wchar_t *path, int mode) _CRTBIND(_waccess);
int _close(int fd) __asm__("close");
int close(int fd);
int _read(int fd, void *to, unsigned count) _CRTBIND(_read);
int read(int fd, void *to, unsigned count) _CRTBIND_AS(read, _read);
int _write(int fd, const void *from, unsigned count) _CRTBIND(_write);
int write(int fd, const void *from, unsigned count) _CRTBIND_AS(write, _write);
int _lseek(int fd, int offset, int from) _CRTBIND(_lseek);
__INT64_TYPE__ _lseeki64(int fd, __INT64_TYPE__ offset, int from) __asm__("lseek");
int _isatty(int fd) __asm__("isatty");
int isatty(int fd);
int _unlink(const char *path) __asm__("unlink");
int _setmode(int fd, int mode) _CRTBIND(_setmode);
__INT64_TYPE__ _filelengthi64(int fd) _CRTBIND(_filelengthi64);
int _dup(int fd) __asm__("dup");
int _dup2(int fd, int to) __asm__("dup2");
_CRT_END

#endif
