/*
 * header_arguments.h: the arguments of a tool that its schema wants in header
 * fields too: those whose properties carry x-mcp-header (2026-07-28, "Custom
 * Headers from Tool Parameters"). Pure.
 */
#ifndef MCP_HEADER_ARGUMENTS_H
#define MCP_HEADER_ARGUMENTS_H

#include "http/failure.h"

#include <cjson/cJSON.h>

/*
 * header_arguments_name(property): what follows "Mcp-Param-" in the name of the
 * field; lives as long as the property. NULL where it carries none, or one that
 * cannot stand in a field's name.
 */
const char *header_arguments_name(const cJSON *property);

/*
 * header_arguments_valid(tool, f): whether all annotations in the inputSchema
 * of a tool are as the specification wants them. Where not, false and *f: a
 * client that speaks 2026-07-28 must leave the tool out.
 */
bool header_arguments_valid(const cJSON *tool, struct failure *f);

#endif
