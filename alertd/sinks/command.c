/*
 * command.c: a program of the operator, with the event on its standard input;
 * see transport/exec.h.
 */
#include "sinks/sink.h"

#include "transport/exec.h"

static struct delivered run(const struct sink_job *job)
{
	return exec_send(job->route->command, job->body);
}

const struct sink sink_command = {.raw = true, .send = run};
