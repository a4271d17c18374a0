/*
 * Preloaded into a test's process: records what is written below SHIM_DIRECTORY into SHIM_RECORD, and spoils it.
 *
 * SHIM_RECORD: a file that gets, for every call, u32 kind, u32 length of the path, u64 offset or size, u32 length of the
 *   data, path, data; little-endian. Kinds: 1 pwrite (before it is done), 2 fsync or fdatasync (after it is done),
 *   3 ftruncate, 4 rename (data is the new path).
 * SHIM_SLOW_SYNC_MS: every sync takes so much longer.
 * SHIM_FAIL_SYNC: the sync of this number, from 1, and all after it fail by EIO.
 * SHIM_FULL_AFTER: writes fail by ENOSPC when so many bytes were written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record = -2;
static long syncs, written;

static const char *setting(const char *name) { return getenv(name); }

static long number(const char *name) {
  const char *text = setting(name);
  return text ? atol(text) : 0;
}

/* The path of the descriptor when it is below SHIM_DIRECTORY. */
static int watched(int fd, char *path) {
  const char *directory = setting("SHIM_DIRECTORY");
  char link[64];
  if (!directory) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, directory, strlen(directory)) == 0;
}

static void put(const void *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(record, bytes, length);
    if (count <= 0) abort();
    bytes = (const char *)bytes + count;
    length -= count;
  }
}

static void note(uint32_t kind, const char *path, uint64_t offset, const void *data, uint32_t length) {
  if (!setting("SHIM_RECORD")) return;
  pthread_mutex_lock(&lock);
  if (record == -2) record = open(setting("SHIM_RECORD"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  uint32_t pathLength = strlen(path);
  put(&kind, 4);
  put(&pathLength, 4);
  put(&offset, 8);
  put(&length, 4);
  put(path, pathLength);
  put(data, length);
  pthread_mutex_unlock(&lock);
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  char path[PATH_MAX];
  if (watched(fd, path)) {
    long limit = number("SHIM_FULL_AFTER");
    long total = __sync_add_and_fetch(&written, length);
    if (limit > 0 && total > limit) {
      errno = ENOSPC;
      return -1;
    }
    note(1, path, offset, data, length);
  }
  return real(fd, data, length, offset);
}

static int synced(int fd, int (*real)(int)) {
  char path[PATH_MAX];
  if (!watched(fd, path)) return real(fd);
  long failing = number("SHIM_FAIL_SYNC");
  long count = __sync_add_and_fetch(&syncs, 1);
  usleep(number("SHIM_SLOW_SYNC_MS") * 1000);
  if (failing > 0 && count >= failing) {
    errno = EIO;
    return -1;
  }
  int result = real(fd);
  if (result == 0) note(2, path, 0, "", 0);
  return result;
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return synced(fd, real);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return synced(fd, real);
}

int ftruncate(int fd, off_t size) {
  REAL(int, "ftruncate", int, off_t);
  char path[PATH_MAX];
  if (watched(fd, path)) note(3, path, size, "", 0);
  return real(fd, size);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  const char *directory = setting("SHIM_DIRECTORY");
  if (directory && strncmp(from, directory, strlen(directory)) == 0) note(4, from, 0, to, strlen(to));
  return real(from, to);
}
