/* Files and formatted text; see _stdio.h for the formats. */
#ifndef _OFM_CRT_STDIO_H
#define _OFM_CRT_STDIO_H

#include "_stdio.h"

#define EOF (-1)
#define BUFSIZ 8192
#define FILENAME_MAX 4096
#define FOPEN_MAX 16
#define L_tmpnam 20
#define TMP_MAX 238328
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#define _SH_DENYRW 0x10
#define _SH_DENYWR 0x20
#define _SH_DENYRD 0x30
#define _SH_DENYNO 0x40

typedef __INT64_TYPE__ fpos_t;

_CRT_BEGIN
extern FILE *stdin;
extern FILE *stdout;
extern FILE *stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

/* Paths are Linux paths; a backslash is taken for a slash, the letters b, t and a ccs= part of the mode change nothing. */
FILE *fopen(const char *path, const char *mode) _CRTBIND(fopen);
errno_t fopen_s(FILE **file, const char *path, const char *mode) _CRTBIND(fopen_s);
FILE *_fsopen(const char *path, const char *mode, int share) _CRTBIND(_fsopen);
FILE *freopen(const char *path, const char *mode, FILE *file);
errno_t freopen_s(FILE **result, const char *path, const char *mode, FILE *file) _CRTBIND(freopen_s);
FILE *fdopen(int fd, const char *mode);
FILE *_fdopen(int fd, const char *mode) __asm__("fdopen");
FILE *tmpfile(void);
errno_t tmpfile_s(FILE **file) _CRTBIND(tmpfile_s);
int fclose(FILE *file);
int fflush(FILE *file);
int _fcloseall(void) __asm__("fcloseall");
int _flushall(void) _CRTBIND(_flushall);
size_t fread(void *to, size_t size, size_t count, FILE *file);
size_t fread_s(void *to, size_t capacity, size_t size, size_t count, FILE *file) _CRTBIND(fread_s);
size_t fwrite(const void *from, size_t size, size_t count, FILE *file);
int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int ungetc(int c, FILE *file);
char *fgets(char *to, int capacity, FILE *file);
char *gets_s(char *to, rsize_t capacity) _CRTBIND(gets_s);
int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c) _CRTBIND(putchar);
int fputs(const char *text, FILE *file);
int puts(const char *text) _CRTBIND(puts);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
int fseek(FILE *file, int offset, int from) _CRTBIND(fseek);
int ftell(FILE *file) _CRTBIND(ftell);
int _fseeki64(FILE *file, __INT64_TYPE__ offset, int from) __asm__("fseeko");
__INT64_TYPE__ _ftelli64(FILE *file) __asm__("ftello");
void rewind(FILE *file);
int fgetpos(FILE *file, fpos_t *position) _CRTBIND(fgetpos);
int fsetpos(FILE *file, const fpos_t *position) _CRTBIND(fsetpos);
int setvbuf(FILE *file, char *buffer, int mode, size_t size);
void setbuf(FILE *file, char *buffer);
int fileno(FILE *file);
int _fileno(FILE *file) __asm__("fileno");
FILE *_popen(const char *command, const char *mode) __asm__("popen");
int _pclose(FILE *file) __asm__("pclose");
int remove(const char *path);
int rename(const char *from, const char *to);
int _unlink(const char *path) __asm__("unlink");
void perror(const char *text);
_CRT_END

#endif
