// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * usage: user-scope SOCKET UNIT PID CONTAINER     (run by cgroup/scope.c, not by people)
 *
 * A program of its own, because libsystemd and what it loads shall be no part of a supervisor.
 *
 * org.freedesktop.systemd1(5), Manager.StartTransientUnit, over the socket that the user's manager
 * itself listens on: there is one without any D-Bus daemon, too. Prints what went wrong; exit
 * status 1 then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define CALL_USEC 2500000 /* for the manager's answer */

static int connect_manager(const char *socket, sd_bus **bus)
{
	char address[256];
	snprintf(address, sizeof(address), "unix:path=%s", socket);
	int error = sd_bus_new(bus);
	if (error >= 0)
		error = sd_bus_set_address(*bus, address);
	if (error >= 0)
		error = sd_bus_start(*bus);
	if (error >= 0)
		error = sd_bus_set_method_call_timeout(*bus, CALL_USEC);
	return error;
}

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;
	sd_bus_error failure = SD_BUS_ERROR_NULL;
	char description[300];
	if (argc != 5) {
		fprintf(stderr, "usage: user-scope SOCKET UNIT PID CONTAINER\n");
		return 2;
	}
	snprintf(description, sizeof(description), "Container %s", argv[4]);
	int error = connect_manager(argv[1], &bus);
	if (error >= 0)
		error =
		    sd_bus_call_method(bus, NULL, "/org/freedesktop/systemd1",
				       "org.freedesktop.systemd1.Manager", "StartTransientUnit",
				       &failure, NULL, "ssa(sv)a(sa(sv))", argv[2], "fail", 4, /**/
				       "Description", "s", description,			       /**/
				       "Delegate", "b", 1,				       /**/
				       "CollectMode", "s", "inactive-or-failed",	       /**/
				       "PIDs", "au", 1, (uint32_t)strtoul(argv[3], NULL, 10), 0);
	if (error < 0)
		fputs(failure.message ? failure.message : strerror(-error), stdout);
	sd_bus_error_free(&failure);
	sd_bus_unref(bus);
	return error < 0;
}
