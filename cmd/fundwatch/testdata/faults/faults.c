/* Loaded before the C library (LD_PRELOAD), this breaks the nth step that the process's SQLite does to its files,
 * as a crash or a full disk would. Only SQLite goes through the C library here; Go's own writes go past it. Steps
 * are writes, syncs, truncations and removals.
 *
 * FAULT_AT   the number of the step, from 1
 * FAULT      kill: the process dies before it; tear: half way through it, if it is a write;
 *            commit: only writes that complete a transaction count, and it dies after them;
 *            full: only writes count, and this one and all after it find no room
 * FAULT_LOG  a file that gets one byte when the fault happens
 * FAULT_KEEP what a file held when it was last synced is kept beside it with this ending: all that a power cut
 *            is sure to leave */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long steps;

static void happened(void) {
	const char *path = getenv("FAULT_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	if (fd >= 0) {
		ssize_t (*plain)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
		plain(fd, "x", 1);
		close(fd);
	}
}

static void die(void) {
	happened();
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* A frame of the write-ahead log begins with 24 bytes, of which four say how large the database is after the
 * transaction, if this is its last frame. */
static int completes(const unsigned char *p, size_t n) {
	return n == 24 && (p[4] | p[5] | p[6] | p[7]);
}

typedef ssize_t (*pwriter)(int, const void *, size_t, off64_t);

static ssize_t broken(pwriter real, int fd, const void *buf, size_t n, off64_t at) {
	static __thread int last; /* the next write ends the transaction that counts */
	const char *fault = getenv("FAULT"), *number = getenv("FAULT_AT");
	if (!fault || !number)
		return real(fd, buf, n, at);
	if (!strcmp(fault, "commit")) {
		if (last) {
			real(fd, buf, n, at);
			die();
		}
		last = completes(buf, n) && atomic_fetch_add(&steps, 1) + 1 == atol(number);
		return real(fd, buf, n, at);
	}
	long here = atomic_fetch_add(&steps, 1) + 1;
	if (here < atol(number))
		return real(fd, buf, n, at);
	if (!strcmp(fault, "full")) {
		if (here == atol(number))
			happened();
		errno = ENOSPC;
		return -1;
	}
	if (here == atol(number)) {
		if (!strcmp(fault, "tear"))
			real(fd, buf, n / 2, at);
		die();
	}
	return real(fd, buf, n, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at) {
	return broken((pwriter)dlsym(RTLD_NEXT, "pwrite64"), fd, buf, n, at);
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at) {
	return broken((pwriter)dlsym(RTLD_NEXT, "pwrite64"), fd, buf, n, at);
}

/* Steps that write nothing. */
static void step(void) {
	const char *fault = getenv("FAULT"), *number = getenv("FAULT_AT");
	if (!fault || !number || !strcmp(fault, "commit") || !strcmp(fault, "full"))
		return;
	if (atomic_fetch_add(&steps, 1) + 1 == atol(number))
		die();
}

/* What is synced is kept under a name of its own first, for the process may be killed while it copies. It is read
 * through the same descriptor: closing another one would drop SQLite's locks. */
static void keep(int fd) {
	const char *ending = getenv("FAULT_KEEP");
	char link[64], path[PATH_MAX], kept[PATH_MAX + 32], made[sizeof kept + 8], part[65536];
	struct stat file;
	if (!ending || fstat(fd, &file) || !S_ISREG(file.st_mode))
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		abort();
	path[n] = 0;
	snprintf(kept, sizeof kept, "%s%s", path, ending);
	snprintf(made, sizeof made, "%s.made", kept);
	int to = open(made, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t (*plain)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	for (off64_t at = 0; (n = pread64(fd, part, sizeof part, at)) > 0; at += n)
		if (plain(to, part, n) != n)
			abort();
	if (n < 0 || close(to) || rename(made, kept))
		abort();
}

static int synced(const char *call, int fd) {
	step();
	int result = ((int (*)(int))dlsym(RTLD_NEXT, call))(fd);
	if (!result)
		keep(fd);
	return result;
}

int fsync(int fd) {
	return synced("fsync", fd);
}

int fdatasync(int fd) {
	return synced("fdatasync", fd);
}

int ftruncate64(int fd, off64_t length) {
	step();
	return ((int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64"))(fd, length);
}

int unlink(const char *path) {
	step();
	return ((int (*)(const char *))dlsym(RTLD_NEXT, "unlink"))(path);
}
