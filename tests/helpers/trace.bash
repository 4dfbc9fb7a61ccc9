# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# bats notes before each command where it stands: a third of a millisecond, most of
# what many tests take. Bash says it at the command that fails, and to ask it then is
# enough. TRACE=1 has all of it back, for a test that ends by `exit` or in a trap.
if [[ ! ${TRACE-} ]] && declare -F bats_error_trap bats_capture_stack_trace >/dev/null; then
	bats_debug_trap() {
		trap - DEBUG
	}
	bats_error_trap() {
		bats_check_status_from_trap
		[[ $BATS_DEBUG_LAST_STACK_TRACE_IS_VALID || ${FUNCNAME[1]} == bats_* ]] ||
			bats_capture_stack_trace
		BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
	}
fi
