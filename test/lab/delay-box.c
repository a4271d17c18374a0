// Joins two network namespaces by a path with delay and loss: a TUN device in each, and packets held in between.
//   delay-box NAMESPACE_PATH_A NAMESPACE_PATH_B DEVICE ROUND_TRIP_US LOSS_PER_MILLION
// Prints "up" once the devices are there. Ends with its standard input. For kernels without netem.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { slots = 16384, packet_bytes = 1600, packets_a_turn = 64 };

struct packet {
  uint64_t due_ns;
  int bytes;
  char data[packet_bytes];
};

// What is under way in one direction: a ring, in the order in which it goes out.
struct direction {
  int from, to;
  uint32_t head, tail;
  struct packet ring[slots];
};

static struct direction directions[2];

static void fail(const char *what) {
  fprintf(stderr, "delay-box: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int open_tun(const char *namespace_path, const char *device) {
  int namespace_fd = open(namespace_path, O_RDONLY);
  if (namespace_fd < 0 || setns(namespace_fd, CLONE_NEWNET) != 0) fail(namespace_path);
  close(namespace_fd);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (fd < 0) fail("/dev/net/tun");
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
  if (ioctl(fd, TUNSETIFF, &request) != 0) fail("TUNSETIFF");
  return fd;
}

// Writes what is due; gives how long until the next is.
static uint64_t deliver(struct direction *direction, uint64_t now) {
  while (direction->head != direction->tail) {
    struct packet *packet = &direction->ring[direction->head % slots];
    if (packet->due_ns > now) return packet->due_ns - now;
    // A full device drops, as a network does.
    if (write(direction->to, packet->data, (size_t)packet->bytes) < 0 && errno != EAGAIN && errno != EIO) fail("write");
    direction->head++;
  }
  return 1000000000u;
}

static void take(struct direction *direction, uint64_t delay_ns, long loss_per_million) {
  for (int count = 0; count < packets_a_turn; count++) {
    struct packet *packet = &direction->ring[direction->tail % slots];
    char dropped[packet_bytes];
    int is_full = direction->tail - direction->head == slots;
    ssize_t bytes = read(direction->from, is_full ? dropped : packet->data, packet_bytes);
    if (bytes <= 0) return;
    if (is_full || random() % 1000000 < loss_per_million) continue;
    packet->bytes = (int)bytes;
    packet->due_ns = now_ns() + delay_ns;
    direction->tail++;
  }
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: delay-box NAMESPACE NAMESPACE DEVICE ROUND_TRIP_US LOSS_PER_MILLION\n");
    return 2;
  }
  int tuns[2] = {open_tun(arguments[1], arguments[3]), open_tun(arguments[2], arguments[3])};
  uint64_t delay_ns = strtoull(arguments[4], NULL, 10) * 500;
  long loss_per_million = strtol(arguments[5], NULL, 10);
  for (int side = 0; side < 2; side++) {
    directions[side].from = tuns[side];
    directions[side].to = tuns[1 - side];
  }
  srandom(42);
  puts("up");
  fflush(stdout);
  for (;;) {
    uint64_t now = now_ns();
    uint64_t first = deliver(&directions[0], now), second = deliver(&directions[1], now);
    uint64_t wait = first < second ? first : second;
    struct timespec timeout = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
    struct pollfd polled[3] = {{tuns[0], POLLIN, 0}, {tuns[1], POLLIN, 0}, {0, POLLIN, 0}};
    if (ppoll(polled, 3, &timeout, NULL) < 0) fail("poll");
    if (polled[2].revents != 0) return 0;
    for (int side = 0; side < 2; side++) {
      if (polled[side].revents & POLLIN) take(&directions[side], delay_ns, loss_per_million);
    }
  }
}
