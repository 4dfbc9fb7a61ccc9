# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet snapshot: writes a compressed snapshot of the store to a folder, keeps the
# last ones, and uploads it; see mcp-fleet(1), SNAPSHOT.
# shellcheck disable=SC2154,SC2034 # variables of mcp-fleet

snapshot_keep=${MCP_SNAPSHOT_KEEP:-7} snapshot_upload=${MCP_SNAPSHOT_UPLOAD-}
part='' # what is being written

snapshot_usage() {
	cat <<-'END'
	usage: mcp-fleet snapshot [-c file] [--store url] folder

	Writes a compressed snapshot of the store to the folder, deletes old ones, and
	uploads the new one.

	options:
	  -c, --config file     the configuration; default MCP_CONFIG, ./fleet.yaml
	                        or /etc/mcp-fleet/fleet.yaml
	  -h, --help            print this help
	  --store url           the store; default: the configuration's, or MCP_STORE

	exit status:
	  0  done
	  2  usage or configuration
	  3  the store, this machine or the upload failed

	See mcp-fleet(1).
	END
}

snapshot_settings() {
	local args
	args=$(getopt -n "$me snapshot" -o c:hu: -l config:,help,keep:,store:,upload: \
		-- "$@") || { say "see $me snapshot --help"; exit 2; }
	eval set -- "$args"
	while :; do
		case $1 in
		-c | --config) config=$2; shift ;;
		-h | --help) snapshot_usage; exit 0 ;;
		--keep) die 2 "--keep: this option was removed: set MCP_SNAPSHOT_KEEP=$2" ;;
		--store) url=$2; shift ;;
		-u | --upload) die 2 "$1: this option was removed: set MCP_SNAPSHOT_UPLOAD" ;;
		--) shift; break ;;
		esac
		shift
	done
	[[ $# -eq 1 && $1 ]] || die 2 "needs a folder; see $me snapshot --help"
	folder=$(realpath -m -- "$1")
	[[ $snapshot_keep =~ ^[1-9][0-9]{0,3}$ ]] ||
		die 2 "how many to keep: $snapshot_keep: not a number from 1 to 9999"
	need_config
}

# write_snapshot PART: writes a whole snapshot to the disk, or none.
write_snapshot() {
	local status=0
	(
		set -o pipefail
		mcp-aggregate snapshot -c "$config" ${url:+--store "$url"} |
			"$packer" -c >"$1"
	) {lock}<&- || status=$?
	if ((status)) || ! sync -- "$1"; then
		rm -f -- "$1"
		die "$((status == 2 ? 2 : 3))" "no snapshot was written to $folder"
	fi
}

# drop_old NEW: deletes all but the last snapshots; it keeps the new one even if the
# clock was set back.
drop_old() {
	local all file
	all=("$folder"/fleet-[0-9]*Z.jsonl.*)
	for file in "${all[@]::${#all[@]} > snapshot_keep ? ${#all[@]} - snapshot_keep : 0}"; do
		[[ $file == "$1" ]] || rm -f -- "$file"
	done
}

snapshot() {
	local folder='' packer=gzip lock file status=0
	snapshot_settings "$@"
	need mcp-aggregate gzip
	! type -P zstd >/dev/null || packer=zstd
	mkdir -p -- "$folder" || die 3 "$folder: cannot be made"
	{ exec {lock}<"$folder"; } 2>/dev/null || die 3 "$folder: cannot be read"
	flock -n "$lock" || die 3 "$folder: another snapshot is being written there"
	# Files of snapshots that were killed.
	rm -f -- "$folder"/.fleet-*.part
	file=$folder/fleet-$(date -u +%Y%m%dT%H%M%SZ).jsonl
	[[ $packer == zstd ]] && file+=.zst || file+=.gz
	part=$folder/.${file##*/}.part
	trap 'rm -f -- "$part"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	write_snapshot "$part"
	mv -T -- "$part" "$file" || die 3 "$file: cannot be written"
	drop_old "$file"
	[[ $snapshot_upload ]] || return 0
	bash -o pipefail -c "$snapshot_upload" "$me" "$file" {lock}<&- >&2 || status=$?
	((!status)) || die 3 "the upload of $file failed with $status; the file is kept there"
}
