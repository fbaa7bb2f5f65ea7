/* Loaded before the C library (LD_PRELOAD), this breaks the nth step that the process's SQLite does to its files,
 * as a crash or a full disk would. Only SQLite goes through the C library here; Go's own writes go past it. Steps
 * are writes, syncs, truncations and removals.
 *
 * FAULT_AT   the number of the step, from 1
 * FAULT      kill: the process dies before it; tear: half way through it, if it is a write;
 *            commit: only writes that complete a transaction count, and it dies after them;
 *            full: only writes count, and this one and all after it find no room
 * FAULT_LOG  a file that gets one byte when the fault happens */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
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

int fsync(int fd) {
	step();
	return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
	step();
	return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

int ftruncate64(int fd, off64_t length) {
	step();
	return ((int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64"))(fd, length);
}

int unlink(const char *path) {
	step();
	return ((int (*)(const char *))dlsym(RTLD_NEXT, "unlink"))(path);
}
