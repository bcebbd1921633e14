// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * org.freedesktop.systemd1(5), Manager.StartTransientUnit, over the socket that the user's manager
 * itself listens on: there is one without any D-Bus daemon, too.
 */
#define LOG_MODULE "cgroup"
#include "cgroup/scope.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"

#define CALL_USEC 2500000 /* for the manager's answer */
#define MOVE_MS 5000	  /* until its job is done */

static char *manager_socket(void)
{
	return xasprintf("/run/user/%u/systemd/private", (unsigned)geteuid());
}

bool cgroup_scope_is_available(bool *lingers)
{
	struct stat st;
	_cleanup_free_ char *path = manager_socket();
	_cleanup_free_ char *user = user_name(geteuid());
	_cleanup_free_ char *mark = xasprintf("/var/lib/systemd/linger/%s", user);
	*lingers = access(mark, F_OK) == 0;
	/* Root is not in need of delegation. */
	return geteuid() != 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       st.st_uid == geteuid();
}

/* The functions of libsystemd that are called, loaded with it. */
struct bus_library {
	__typeof__(sd_bus_new) *new;
	__typeof__(sd_bus_set_address) *set_address;
	__typeof__(sd_bus_start) *start;
	__typeof__(sd_bus_set_method_call_timeout) *set_timeout;
	__typeof__(sd_bus_call_method) *call_method;
};

static bool load(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);
	memcpy(function, &symbol, sizeof(symbol));
	return symbol;
}

static const char *load_library(struct bus_library *bus)
{
	void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!library || !load(library, "sd_bus_new", &bus->new) ||
	    !load(library, "sd_bus_set_address", &bus->set_address) ||
	    !load(library, "sd_bus_start", &bus->start) ||
	    !load(library, "sd_bus_set_method_call_timeout", &bus->set_timeout) ||
	    !load(library, "sd_bus_call_method", &bus->call_method))
		return dlerror();
	return NULL;
}

static int connect_manager(const struct bus_library *library, sd_bus **bus)
{
	_cleanup_free_ char *path = manager_socket();
	_cleanup_free_ char *address = xasprintf("unix:path=%s", path);
	int error = library->new (bus);
	if (error >= 0)
		error = library->set_address(*bus, address);
	if (error >= 0)
		error = library->start(*bus);
	if (error >= 0)
		error = library->set_timeout(*bus, CALL_USEC);
	return error;
}

/* In the child. What went wrong, or NULL. Nothing is freed: it ends at once. */
static const char *start_scope(const char *name, const char *container_name, pid_t pid)
{
	struct bus_library library = { 0 };
	sd_bus *bus = NULL;
	sd_bus_error failure = SD_BUS_ERROR_NULL;
	const char *why = load_library(&library);
	if (why)
		return why;
	int error = connect_manager(&library, &bus);
	if (error < 0)
		return strerror(-error);
	_cleanup_free_ char *description = xasprintf("Container %s", container_name);
	error = library.call_method(bus, NULL, "/org/freedesktop/systemd1",
				    "org.freedesktop.systemd1.Manager", "StartTransientUnit",
				    &failure, NULL, "ssa(sv)a(sa(sv))", name, "fail", 4, /**/
				    "Description", "s", description,			 /**/
				    "Delegate", "b", 1,					 /**/
				    "CollectMode", "s", "inactive-or-failed",		 /**/
				    "PIDs", "au", 1, (uint32_t)pid, 0);
	return error >= 0 ? NULL : failure.message ? failure.message : strerror(-error);
}

/* The manager's answer by way of a child, so that nothing of the library stays in this process. */
static int ask_manager(const char *name, const char *container_name, struct error *err)
{
	int answer[2];
	char why[200] = "";
	if (pipe2(answer, O_CLOEXEC) < 0)
		return error_set(err, E_SYSTEM, errno, "pipe");
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		const char *text = start_scope(name, container_name, parent);
		if (text && write(answer[1], text, strlen(text)) < 0)
			_exit(1);
		_exit(text != NULL);
	}
	close(answer[1]);
	_cleanup_close_ int from_child = answer[0];
	if (pid < 0)
		return error_set(err, E_SYSTEM, errno, "fork");
	struct pollfd ready = { .fd = from_child, .events = POLLIN };
	if (poll(&ready, 1, 2 * CALL_USEC / 1000) == 0)
		kill(pid, SIGKILL);
	ssize_t n = read(from_child, why, sizeof(why) - 1);
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	why[n > 0 ? n : 0] = 0;
	return error_set(err, E_CGROUP_DELEGATION, 0, "a scope of your systemd manager: %s",
			 *why ? why : "no answer");
}

/* The manager answers when it has queued the job; the job moves us. */
static bool is_in_scope(const char *name)
{
	_cleanup_free_ char *groups = NULL;
	return file_read_all(AT_FDCWD, "/proc/self/cgroup", 65536, &groups) > 0 &&
	       strstr(groups, name);
}

int cgroup_scope_enter(const char *container_name, struct error *err)
{
	char name[SCOPE_NAME_SIZE];
	cgroup_scope_name(name, container_name, getpid());
	if (ask_manager(name, container_name, err) < 0)
		return -1;
	for (int waited = 0; !is_in_scope(name); waited += 2) {
		if (waited > MOVE_MS)
			return error_set(err, E_CGROUP_DELEGATION, 0,
					 "your systemd manager has not filled %s", name);
		poll(NULL, 0, 2);
	}
	log_info("in %s", name);
	return 0;
}
