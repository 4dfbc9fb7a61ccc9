/*
 * command.c: a program of the operator, with the event on its standard input;
 * see transport/exec.h.
 */
#include "sinks/sink.h"

const struct sink sink_command = {.raw = true};
