/* A disk that answers with an error, for one process (LD_PRELOAD): while the file that PALIER_BAD_DISK names holds a line
   "<what> <errno> <folder>", what writes (or only what syncs) below that folder fails; "torn" writes half of it first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* The error for this path, 0 for none. By system calls alone: everything else here is ours. */
static int fault(const char *path, const char *call, int *torn) {
  const char *place = getenv("PALIER_BAD_DISK");
  char line[4096], what[16], folder[4000];
  int number = 0;
  if (place == NULL || path == NULL) return 0;
  long fd = syscall(SYS_openat, AT_FDCWD, place, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  long length = syscall(SYS_read, fd, line, sizeof line - 1);
  syscall(SYS_close, fd);
  if (length <= 0) return 0;
  line[length] = 0;
  if (sscanf(line, "%15s %d %3999s", what, &number, folder) != 3) return 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  if (strcmp(what, "sync") == 0 && strcmp(call, "sync") != 0) return 0;
  if (torn != NULL) *torn = strcmp(what, "torn") == 0;
  return number;
}

static int fault_of(int fd, const char *call, int *torn) {
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = 0;
  return fault(path, call, torn);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define STOP(found) if (found) { errno = found; return -1; }

ssize_t write(int fd, const void *bytes, size_t count) {
  int torn = 0, found = fault_of(fd, "write", &torn);
  if (found && torn) REAL(write)(fd, bytes, count / 2);
  STOP(found)
  return REAL(write)(fd, bytes, count);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  int torn = 0, found = fault_of(fd, "write", &torn);
  if (found && torn) REAL(pwrite64)(fd, bytes, count / 2, at);
  STOP(found)
  return REAL(pwrite64)(fd, bytes, count, at);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  STOP(fault_of(fd, "write", NULL))
  return REAL(writev)(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  STOP(fault_of(fd, "write", NULL))
  return REAL(pwritev64)(fd, parts, count, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }
int ftruncate64(int fd, off64_t size) {
  STOP(fault_of(fd, "write", NULL))
  return REAL(ftruncate64)(fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int fsync(int fd) {
  STOP(fault_of(fd, "sync", NULL))
  return REAL(fsync)(fd);
}
int fdatasync(int fd) {
  STOP(fault_of(fd, "sync", NULL))
  return REAL(fdatasync)(fd);
}
int rename(const char *from, const char *to) {
  STOP(fault(to, "write", NULL))
  return REAL(rename)(from, to);
}
int unlink(const char *path) {
  STOP(fault(path, "write", NULL))
  return REAL(unlink)(path);
}
int open64(const char *path, int flags, ...) {
  __builtin_va_list words;
  __builtin_va_start(words, flags);
  int mode = __builtin_va_arg(words, int);
  __builtin_va_end(words);
  if (flags & (O_WRONLY | O_RDWR | O_CREAT)) STOP(fault(path, "write", NULL))
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open(const char *path, int flags, ...) {
  __builtin_va_list words;
  __builtin_va_start(words, flags);
  int mode = __builtin_va_arg(words, int);
  __builtin_va_end(words);
  return open64(path, flags, mode);
}
