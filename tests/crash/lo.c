/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lo up|down: the loopback of the network that this runs in, which a test has for itself.
 * What ip(8) does, where that is not installed.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 2 || (strcmp(argv[1], "up") != 0 && strcmp(argv[1], "down") != 0)) {
		fprintf(stderr, "usage: lo up|down\n");
		return 64;
	}
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
		perror("lo");
		return 1;
	}
	if (strcmp(argv[1], "up") == 0)
		request.ifr_flags |= IFF_UP;
	else
		request.ifr_flags &= ~IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) {
		perror("lo");
		return 1;
	}
	return 0;
}
