// SPDX-License-Identifier: LGPL-2.1-or-later
#define LOG_MODULE "notify"
#include "container/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/socket.h"

/* One for each filter that was loaded: that of init, and those of attached processes. */
struct listener {
	struct source source; /* first: the epoll event points here */
	struct listener *next;
};

#define LISTENER_LINK "anon_inode:seccomp notify"

static struct seccomp_notif *request_of(struct notifier *notifier)
{
	return (struct seccomp_notif *)(notifier->message + sizeof(struct notify_header));
}

static struct seccomp_notif_resp *response_of(struct notifier *notifier)
{
	return (struct seccomp_notif_resp *)(notifier->message + sizeof(struct notify_header) +
					     notifier->request_size);
}

/* ---- the proxy ---- */

static int connect_proxy(const char *address, struct error *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *path = address + strlen("unix:");
	size_t length = strlen(path);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(name.sun_path, path, length); /* the parser has seen to it that it fits */
	if (*path == '@')
		name.sun_path[0] = 0;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, size) < 0) {
		error_set(err, E_SECCOMP, errno, "lxc.seccomp.notify.proxy = %s", address);
		return error_fix(err, "start the program that answers (a SOCK_SEQPACKET socket)");
	}
	return util_steal_fd(&fd);
}

static void disconnect(struct supervisor *supervisor)
{
	supervisor_unwatch(supervisor, &supervisor->notifier.proxy);
	util_close_fd(&supervisor->notifier.proxy.fd);
	supervisor->notifier.proxy.fd = -1;
}

static void on_answer(struct supervisor *supervisor, struct source *source, unsigned events);

static int reconnect(struct supervisor *supervisor, struct error *err)
{
	struct notifier *notifier = &supervisor->notifier;
	if (notifier->proxy.fd >= 0)
		return 0;
	int fd = connect_proxy(supervisor->plan->config->seccomp_proxy, err);
	if (fd < 0)
		return -1;
	notifier->proxy = (struct source){ fd, on_answer };
	if (supervisor_watch(supervisor, &notifier->proxy, EPOLLIN) == 0)
		return 0;
	error_set(err, E_SECCOMP, errno, "the proxy's socket");
	disconnect(supervisor);
	return -1;
}

/* ---- questions and answers ---- */

/* While the proxy has one question, the others wait where they are. */
static void watch_listeners(struct supervisor *supervisor, bool on)
{
	struct listener *listener = supervisor->notifier.listeners;
	for (; listener; listener = listener->next)
		if (!on)
			supervisor_unwatch(supervisor, &listener->source);
		else if (supervisor_watch(supervisor, &listener->source, EPOLLIN) < 0)
			log_error("a seccomp listener is lost: %s", strerror(errno));
}

/* ENOENT: whoever asked has been killed. */
static int give_answer(int listener, struct seccomp_notif_resp *response)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response) == 0 || errno == ENOENT ? 0 : -1;
}

static void answer_enosys(struct notifier *notifier, int listener)
{
	struct seccomp_notif_resp *response = response_of(notifier);
	memset(response, 0, notifier->response_size);
	response->id = notifier->id;
	response->error = -ENOSYS;
	give_answer(listener, response);
}

/*
 * Its memory belongs to an id of the container, so only who has capabilities in there can open the
 * file: a process that joins the user namespace, and shares our descriptors for the purpose. It
 * puts the file in place of descriptor fd.
 */
static int open_memory_inside(const struct supervisor *supervisor, int proc, int fd)
{
	struct clone_args args = { .flags = CLONE_FILES | CLONE_VFORK, .exit_signal = SIGCHLD };
	int user = supervisor->payload.namespaces[NS_USER], status;
	if (user < 0)
		return -1;
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		/* A container that shares the host's pid namespace must not get hold of it. */
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		int memory =
		    setns(user, CLONE_NEWUSER) < 0 ? -1 : openat(proc, "mem", O_RDWR | O_CLOEXEC);
		if (memory < 0)
			_exit(1);
		int placed = dup3(memory, fd, O_CLOEXEC);
		close(memory); /* the table is the supervisor's */
		_exit(placed < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int open_memory(const struct supervisor *supervisor, int proc)
{
	int fd = openat(proc, "mem", O_RDWR | O_CLOEXEC);
	if (fd >= 0 || errno != EACCES)
		return fd;
	fd = fcntl(proc, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && open_memory_inside(supervisor, proc, fd) < 0) {
		util_close_fd(&fd);
		errno = EACCES;
		return -1;
	}
	return fd;
}

/* The process that asks, for the proxy to look at: /proc/PID, its memory, and the listener. */
static int open_asker(const struct supervisor *supervisor, pid_t pid, int listener, uint64_t id,
		      int fds[3])
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fds[0] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = fds[0] < 0 ? -1 : open_memory(supervisor, fds[0]);
	fds[2] = listener;
	/* Still the one who asked, and not who has its pid by now: then they were the right files.
	 */
	if (fds[1] >= 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0)
		return 0;
	util_close_fd(&fds[0]);
	util_close_fd(&fds[1]);
	return -1;
}

/* Send the question that stands in the message. */
static int ask(struct supervisor *supervisor, int listener, struct error *err)
{
	struct notifier *notifier = &supervisor->notifier;
	const char *cookie = supervisor->plan->config->seccomp_cookie;
	size_t cookie_length = cookie ? strlen(cookie) : 0;
	int fds[3];
	*(struct notify_header *)notifier->message =
	    (struct notify_header){ .monitor_pid = getpid(),
				    .init_pid = supervisor->payload.pid,
				    .sizes = notifier->sizes,
				    .cookie_length = cookie_length };
	memset(response_of(notifier), 0, notifier->response_size);
	response_of(notifier)->id = notifier->id;
	if (cookie)
		memcpy(notifier->message + notifier->size, cookie, cookie_length);
	if (reconnect(supervisor, err) < 0)
		return -1;
	if (open_asker(supervisor, (pid_t)request_of(notifier)->pid, listener, notifier->id, fds) <
	    0)
		return error_set(err, E_SECCOMP, errno, "the process that asks");
	int result = socket_send(notifier->proxy.fd, notifier->message,
				 notifier->size + cookie_length, fds, 3);
	if (result < 0)
		error_set(err, E_SECCOMP, errno, "the proxy");
	util_close_fd(&fds[0]);
	util_close_fd(&fds[1]);
	if (result < 0)
		disconnect(supervisor);
	return result;
}

static void forget_listener(struct supervisor *supervisor, struct listener *listener)
{
	struct listener **slot = &supervisor->notifier.listeners;
	while (*slot != listener)
		slot = &(*slot)->next;
	*slot = listener->next;
	supervisor_unwatch(supervisor, &listener->source);
	close(listener->source.fd);
	/* An event of this round may still point to it: it is one that has no descriptor. */
	listener->source.fd = -1;
	listener->next = supervisor->notifier.gone;
	supervisor->notifier.gone = listener;
}

static void on_question(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct notifier *notifier = &supervisor->notifier;
	struct seccomp_notif *request = request_of(notifier);
	struct error err = { 0 };
	if (notifier->asked)
		return; /* another one of this round came first */
	if (!(events & EPOLLIN)) {
		forget_listener(supervisor, (struct listener *)source);
		return;
	}
	memset(request, 0, notifier->request_size); /* the kernel insists */
	if (ioctl(source->fd, SECCOMP_IOCTL_NOTIF_RECV, request) < 0)
		return; /* whoever asked has been killed */
	notifier->id = request->id;
	if (ask(supervisor, source->fd, &err) < 0) {
		log_warn("seccomp notification: %s; the answer is ENOSYS", err.message);
		answer_enosys(notifier, source->fd);
		return;
	}
	notifier->asked = source;
	watch_listeners(supervisor, false);
}

static void on_answer(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct notifier *notifier = &supervisor->notifier;
	(void)events;
	/* Descriptors that come along are not taken. The cookie may be missing. */
	ssize_t length = recv(source->fd, notifier->message, notifier->capacity, MSG_DONTWAIT);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	bool lost = length <= 0;
	if (lost)
		disconnect(supervisor);
	if (!notifier->asked)
		return;
	int listener = notifier->asked->fd;
	bool sound = length >= (ssize_t)notifier->size && response_of(notifier)->id == notifier->id;
	if (!sound || give_answer(listener, response_of(notifier)) < 0) {
		log_warn("seccomp notification: the proxy %s; the answer is ENOSYS",
			 lost ? "is gone" : "gave no answer that can be used");
		answer_enosys(notifier, listener);
	}
	notifier->asked = NULL;
	watch_listeners(supervisor, true);
}

/* ---- listeners ---- */

static bool is_listener(int fd)
{
	char path[32], target[sizeof(LISTENER_LINK)] = "";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target)) == (ssize_t)strlen(LISTENER_LINK) &&
	       memcmp(target, LISTENER_LINK, strlen(LISTENER_LINK)) == 0;
}

static void on_listener(struct supervisor *supervisor, struct source *source, unsigned events)
{
	struct notifier *notifier = &supervisor->notifier;
	char letter;
	int fd = -1;
	size_t count = 1;
	(void)events;
	if (socket_receive(source->fd, &letter, 1, &fd, &count) != 1 || count != 1)
		return;
	if (!is_listener(fd)) {
		close(fd);
		return;
	}
	struct listener *listener = xcalloc(1, sizeof(*listener));
	*listener = (struct listener){ .source = { fd, on_question }, .next = notifier->listeners };
	notifier->listeners = listener;
	if (!notifier->asked && supervisor_watch(supervisor, &listener->source, EPOLLIN) < 0)
		log_error("a seccomp listener is lost: %s", strerror(errno));
}

int notify_open(struct supervisor *supervisor, struct error *err)
{
	struct notifier *notifier = &supervisor->notifier;
	struct start_plan *plan = supervisor->plan;
	const char *cookie = plan->config->seccomp_cookie;
	int pair[2];
	if (!plan->filter.notifies)
		return 0;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &notifier->sizes) < 0)
		return error_set(err, E_SECCOMP, errno, "seccomp notifications of this kernel");
	/* The kernel's structs may be longer than those we know, never shorter. */
	notifier->request_size = notifier->sizes.seccomp_notif;
	notifier->response_size = notifier->sizes.seccomp_notif_resp;
	notifier->size =
	    sizeof(struct notify_header) + notifier->request_size + notifier->response_size;
	notifier->capacity = notifier->size + (cookie ? strlen(cookie) : 0) + 1;
	notifier->message = xcalloc(1, notifier->capacity);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_set(err, E_SECCOMP, errno, "socketpair");
	plan->listener_channel = pair[1];
	notifier->channel = (struct source){ pair[0], on_listener };
	if (supervisor_watch(supervisor, &notifier->channel, EPOLLIN) < 0)
		return error_set(err, E_SECCOMP, errno, "epoll");
	return reconnect(supervisor, err);
}

void notify_end_payload(struct supervisor *supervisor)
{
	struct notifier *notifier = &supervisor->notifier;
	while (notifier->listeners)
		forget_listener(supervisor, notifier->listeners);
	notifier->asked = NULL;
	disconnect(supervisor);
}

void notify_close(struct supervisor *supervisor)
{
	struct notifier *notifier = &supervisor->notifier;
	if (!notifier->message)
		return;
	notify_end_payload(supervisor);
	notify_sweep(supervisor);
	supervisor_unwatch(supervisor, &notifier->channel);
	util_close_fd(&notifier->channel.fd);
	util_close_fd(&supervisor->plan->listener_channel);
	supervisor->plan->listener_channel = -1;
	free(notifier->message);
	notifier->message = NULL;
}

void notify_sweep(struct supervisor *supervisor)
{
	struct notifier *notifier = &supervisor->notifier;
	while (notifier->gone) {
		struct listener *listener = notifier->gone;
		notifier->gone = listener->next;
		free(listener);
	}
}
