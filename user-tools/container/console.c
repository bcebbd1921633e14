// SPDX-License-Identifier: LGPL-2.1-or-later
/* The caller's half of lxc-console. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "container/client.h"
#include "container/terminal.h"

/* /dev/console is relayed by the supervisor: it sets the size. */
static void resize_console(struct terminal_session *session)
{
	struct winsize size;
	if (ioctl(session->out, TIOCGWINSZ, &size) == 0)
		client_send(session->control, MESSAGE_RESIZE, size.ws_row << 16 | size.ws_col, NULL,
			    0, NULL);
}

int container_console(struct container *container, int tty, int escape, struct error *err)
{
	struct message_reply reply;
	int remote = -1;
	size_t count = 1;
	_cleanup_close_ int connection = client_connect(container, err);
	if (connection < 0 || client_send(connection, MESSAGE_CONSOLE, tty, NULL, 0, err) < 0)
		return -1;
	int result = client_receive(connection, &reply, &remote, &count, err);
	if (result < 0)
		return -1;
	if (result == 0 || count != 1)
		return error_set(err, E_CONSOLE, 0, "the container has just stopped");
	_cleanup_close_ int terminal = remote;
	/* Our own slave: reading goes on while getty is not there. */
	_cleanup_close_ int hold =
	    reply.value ? ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	struct terminal_session session = { .in = 0,
					    .out = 1,
					    .remote = terminal,
					    .control = connection,
					    .escape = escape,
					    .log = -1,
					    .resized = reply.value ? NULL : resize_console };
	fprintf(stderr,
		"\nConnected to tty %d\n"
		"Type <Ctrl+%c q> to exit the console, <Ctrl+%c Ctrl+%c> to enter Ctrl+%c itself\n",
		reply.value, escape + 'a' - 1, escape + 'a' - 1, escape + 'a' - 1,
		escape + 'a' - 1);
	if (isatty(0))
		terminal_set_raw(0, isatty(1) && isatty(2));
	if (session.resized)
		session.resized(&session);
	else
		terminal_copy_size(1, terminal);
	result = terminal_run(&session, err);
	terminal_restore();
	return result < 0 ? -1 : 0;
}

int container_console_show(struct container *container, int out, struct error *err)
{
	struct message_reply reply;
	char data[16384];
	int received = -1;
	size_t count = 1;
	_cleanup_close_ int connection = client_connect(container, err);
	if (connection < 0 || client_send(connection, MESSAGE_CONSOLE_LOG, 0, NULL, 0, err) < 0)
		return -1;
	int result = client_receive(connection, &reply, &received, &count, err);
	if (result < 0)
		return -1;
	if (result == 0 || count != 1)
		return error_set(err, E_CONSOLE, 0, "the container has just stopped");
	_cleanup_close_ int buffer = received;
	for (ssize_t n; (n = read(buffer, data, sizeof(data))) != 0;)
		if (n < 0 || file_write_fd(out, data, (size_t)n) < 0)
			return error_set(err, E_CONSOLE, errno, "what the console printed");
	return 0;
}

int container_console_rotate(struct container *container, struct error *err)
{
	struct message_reply reply;
	return client_ask(container, MESSAGE_CONSOLE_ROTATE, 0, &reply, err);
}
