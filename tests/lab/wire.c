/* SPDX-License-Identifier: MIT */
/*
 * wire.c: the way between a region of the laboratory and the rest of the world, with
 * latency and loss. It is for kernels without netem, and can be changed while it is
 * used.
 *
 * usage: wire NAMESPACE CONTROL
 *
 * The end in this network namespace is the device NAMESPACE, that in
 * /run/netns/NAMESPACE the device wan; a line is printed when both are there. CONTROL
 * has two doubles: milliseconds one way, and which part of the packets is lost.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 1024, MTU = 2048 };

struct packet {
	double due;
	ssize_t size;
	unsigned char bytes[MTU];
};

/* The packets on their way to one end: a ring, in the order in which they came. */
struct way {
	struct packet packets[QUEUE];
	unsigned first, count;
};

static struct way ways[2];

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int device(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		die("/dev/net/tun");
	return fd;
}

static int device_in(const char *namespace, const char *name)
{
	char path[256];
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there, fd;

	snprintf(path, sizeof path, "/run/netns/%s", namespace);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (here < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0)
		die(path);
	fd = device(name);
	if (setns(here, CLONE_NEWNET) < 0)
		die("setns");
	close(here);
	close(there);
	return fd;
}

/* Take in what has come from an end, for the other. */
static void take(int fd, struct way *way, const volatile double *control)
{
	static struct packet dropped;

	for (;;) {
		struct packet *p = way->count == QUEUE ? &dropped :
			&way->packets[(way->first + way->count) % QUEUE];

		p->size = read(fd, p->bytes, sizeof p->bytes);
		if (p->size <= 0)
			return;
		p->due = now_ms() + control[0];
		if (p != &dropped && drand48() >= control[1])
			way->count++;
	}
}

/* Hand on what is due. Returns in how many ms the next is, or -1 if there is none. */
static int hand_on(int fd, struct way *way)
{
	while (way->count) {
		const struct packet *p = &way->packets[way->first];
		double left = p->due - now_ms();

		if (left > 0)
			return (int)left + 1;
		/* One that the other end does not take is lost, as on any wire. */
		if (write(fd, p->bytes, (size_t)p->size) < 0) {
		}
		way->first = (way->first + 1) % QUEUE;
		way->count--;
	}
	return -1;
}

int main(int argc, char **argv)
{
	const volatile double *control;
	struct pollfd ends[2];
	int fd;

	if (argc != 3) {
		fputs("usage: wire NAMESPACE CONTROL\n", stderr);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	control = mmap(NULL, 2 * sizeof *control, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || control == MAP_FAILED)
		die(argv[2]);
	ends[0] = (struct pollfd){.fd = device(argv[1]), .events = POLLIN};
	ends[1] = (struct pollfd){.fd = device_in(argv[1], "wan"), .events = POLLIN};
	puts("ready");
	fflush(stdout);
	for (;;) {
		int a = hand_on(ends[1].fd, &ways[0]), b = hand_on(ends[0].fd, &ways[1]);

		poll(ends, 2, a < 0 ? b : b < 0 || a < b ? a : b);
		take(ends[0].fd, &ways[0], control);
		take(ends[1].fd, &ways[1], control);
	}
}
