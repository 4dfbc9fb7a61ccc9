# SPDX-License-Identifier: MIT
# The completion of a program for a shell, of the rows that scripts/completions makes
# of its --help. -v shell=bash|zsh|fish -v program=NAME

# The words that an argument can be, with blanks between, or "": of "probe|judge", and
# of a help that begins "text or jsonl;".
function choices(arg, help) {
	if (arg ~ /^[a-z0-9-]+(\|[a-z0-9-]+)+$/) {
		gsub(/\|/, " ", arg)
		return arg
	}
	if (!match(help, /^[a-z0-9]+(, [a-z0-9]+)* or [a-z0-9]+;/))
		return ""
	help = substr(help, 1, RLENGTH - 1)
	gsub(/, | or /, " ", help)
	return help
}

# quoted TEXT: for any of the three shells.
function quoted(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

# A command of two words is below its first, which may be no command itself.
function add_command(words, help,    at, first) {
	at = index(words, " ")
	if (at) {
		first = substr(words, 1, at - 1)
		if (!(first in is_word)) add_command(first, "")
		add_word(first, substr(words, at + 1), help)
	} else {
		if (!(words in is_word)) add_word("", words, help)
		else if (help != "") what["", words] = help
		is_word[words]
	}
	if (!(words in known)) {
		known[words]
		paths[++n_paths] = words
	}
}

function add_word(path, word, help) {
	next_words[path] = next_words[path] (next_words[path] == "" ? "" : " ") word
	what[path, word] = help
}

BEGIN {
	paths[++n_paths] = ""
	known[""]
	fn = program
	gsub(/-/, "_", fn)
}
$1 == "command" { add_command($2, $3) }
$1 == "option" {
	if (!($2 in known)) add_command($2, "")
	n = ++n_options[$2]
	names[$2, n] = $3
	args[$2, n] = $4
	help_of[$2, n] = $5
	all = $3
	gsub(/,/, " ", all)
	option_words[$2] = option_words[$2] (n > 1 ? " " : "") all
	if ($4 != "" && !(($3, $4) in mapped)) {
		mapped[$3, $4]
		gsub(/ /, "|", all)
		c = choices($4, $5)
		if (c != "") {
			choosing[++n_choosing] = all
			words_of[all] = c
		}
		else if ($4 == "file") files = files (files == "" ? "" : "|") all
		else if ($4 == "folder") folders = folders (folders == "" ? "" : "|") all
		else others = others (others == "" ? "" : "|") all
		taking = taking (taking == "" ? "" : "|") all
	}
}
END {
	if (!n_options[""]) {
		print "completions: " program ": --help names no option" >"/dev/stderr"
		exit 1
	}
	if (shell == "bash") bash()
	else if (shell == "zsh") zsh()
	else fish()
}

# The command that the words before the cursor begin with, in shell, for bash and
# zsh; an argument of an option is none of its words.
function find_command(count,    i, p, n, word, j, pattern) {
	print "\tfor ((i = " count "; i < at; i++)); do"
	print "\t\tword=${words[i]}"
	if (taking != "") {
		print "\t\tcase $word in"
		print "\t\t" taking ")"
		if (count == 1)
			print "\t\t\t[[ ${words[i + 1]} != '=' ]] || i=$((i + 1))"
		print "\t\t\ti=$((i + 1)); continue ;;"
		print "\t\tesac"
	}
	pattern = ""
	for (i = 1; i <= n_paths; i++) {
		n = split(next_words[paths[i]], word, " ")
		for (j = 1; j <= n; j++)
			pattern = pattern (pattern == "" ? "" : " | \\\n\t\t\t") \
				quoted((paths[i] == "" ? "" : paths[i]) ":" word[j])
	}
	if (pattern != "") {
		print "\t\tcase $command:$word in"
		print "\t\t" pattern ") command=${command:+$command }$word ;;"
		print "\t\tesac"
	}
	print "\tdone"
}

function bash(    i) {
	print "# bash completion of " program ", made of its --help"
	print "# SPDX-License-Identifier: MIT"
	print "_" fn "() {"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD command='' word i"
	print "\tlocal options='' operands='' words=(\"${COMP_WORDS[@]}\") prev"
	print "\tprev=${words[at - 1]}"
	print "\t# --name=value is three words."
	print "\tif [[ $cur == '=' ]]; then"
	print "\t\tcur=''"
	print "\telif [[ $prev == '=' ]]; then"
	print "\t\tprev=${words[at - 2]}"
	print "\tfi"
	print "\tCOMPREPLY=()"
	print "\tcase $prev in"
	for (i = 1; i <= n_choosing; i++) {
		print "\t" choosing[i] ")"
		print "\t\tmapfile -t COMPREPLY < <(compgen -W " \
			quoted(words_of[choosing[i]]) " -- \"$cur\")"
		print "\t\treturn ;;"
	}
	if (files != "") bash_files(files, "-f")
	if (folders != "") bash_files(folders, "-d")
	if (others != "") print "\t" others ") return ;;"
	print "\tesac"
	find_command(1)
	print "\tcase $command in"
	for (i = 1; i <= n_paths; i++) {
		print "\t" quoted(paths[i]) ") options=" \
			quoted(option_words[paths[i]]) " operands=" \
			quoted(next_words[paths[i]]) " ;;"
	}
	print "\tesac"
	print "\tif [[ $cur == -* ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")"
	print "\t\treturn"
	print "\tfi"
	print "\tmapfile -t COMPREPLY < <(compgen -W \"$operands\" -- \"$cur\")"
	print "\t((!${#COMPREPLY[@]})) || return"
	print "\tcompopt -o filenames 2>/dev/null"
	print "\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"
	print "}"
	print "complete -F _" fn " " program
}

function bash_files(pattern, flag) {
	print "\t" pattern ")"
	print "\t\tcompopt -o filenames 2>/dev/null"
	print "\t\tmapfile -t COMPREPLY < <(compgen " flag " -- \"$cur\")"
	print "\t\treturn ;;"
}

# For zsh brackets, colons and backslashes of a description are quoted.
function described(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/\[/, "\\[", text)
	gsub(/\]/, "\\]", text)
	gsub(/:/, "\\:", text)
	return text
}

function zsh_option(path, n,    each, k, name, action, arg, c, form) {
	arg = args[path, n]
	c = choices(arg, help_of[path, n])
	action = c != "" ? "(" c ")" : arg == "file" ? "_files" : \
		arg == "folder" ? "_files -/" : " "
	k = split(names[path, n], each, ",")
	form = "[" described(help_of[path, n]) "]"
	if (arg != "") form = form ":" described(arg) ":" action
	for (name = 1; name <= k; name++)
		print "\t\t\t" quoted((k > 1 ? "(" each[1] " " each[2] ")" : "") \
			each[name] (arg == "" ? "" : each[name] ~ /^--/ ? "=" : "+") form)
}

function zsh(    i, j, n, word) {
	print "#compdef " program
	print "# zsh completion of " program ", made of its --help"
	print "# SPDX-License-Identifier: MIT"
	print "_" program "() {"
	print "\tlocal command='' word i at=$CURRENT"
	print "\tlocal -a options operands"
	find_command(2)
	print "\tcase $command in"
	for (i = 1; i <= n_paths; i++) {
		print "\t(" quoted(paths[i]) ")"
		print "\t\toptions=("
		for (j = 1; j <= n_options[paths[i]]; j++)
			zsh_option(paths[i], j)
		print "\t\t)"
		n = split(next_words[paths[i]], word, " ")
		print "\t\toperands=("
		for (j = 1; j <= n; j++)
			print "\t\t\t" quoted(word[j] ":" \
				described(what[paths[i], word[j]]))
		print "\t\t) ;;"
	}
	print "\tesac"
	print "\t_arguments -s $options '*: :_" program "_operand'"
	print "}"
	print "_" program "_operand() {"
	print "\tif (( $#operands )); then"
	print "\t\t_describe -t commands command operands"
	print "\telse"
	print "\t\t_files"
	print "\tfi"
	print "}"
	print "_" program " \"$@\""
}

function fish_option(path, n,    each, k, i, c, line, arg) {
	arg = args[path, n]
	line = "complete -c " program " -n 'test \"$(__" fn "_command)\" = \"" path "\"'"
	k = split(names[path, n], each, ",")
	for (i = 1; i <= k; i++)
		line = line (each[i] ~ /^--/ ? " -l " substr(each[i], 3) : \
			" -s " substr(each[i], 2))
	if (arg != "") {
		c = choices(arg, help_of[path, n])
		line = line (c != "" ? " -x -a " fish_quoted(c) : \
			arg == "file" ? " -r -F" : arg == "folder" ? \
			" -x -a '(__fish_complete_directories)'" : " -x")
	}
	print line " -d " fish_quoted(help_of[path, n])
}

function fish_quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/'/, "\\'", text)
	return "'" text "'"
}

function fish(    i, j, n, word) {
	print "# fish completion of " program ", made of its --help"
	print "# SPDX-License-Identifier: MIT"
	print "function __" fn "_command"
	print "\tset -l command ''"
	print "\tset -l skip 0"
	print "\tfor word in (commandline -opc)[2..]"
	print "\t\tif test $skip = 1"
	print "\t\t\tset skip 0"
	print "\t\t\tcontinue"
	print "\t\tend"
	print "\t\tswitch \"$command:$word\""
	for (i = 1; i <= n_paths; i++) {
		n = split(next_words[paths[i]], word, " ")
		for (j = 1; j <= n; j++) {
			print "\t\t\tcase " fish_quoted(paths[i] ":" word[j])
			print "\t\t\t\tset command " fish_quoted( \
				(paths[i] == "" ? "" : paths[i] " ") word[j])
		}
	}
	n = split(taking, word, "|")
	for (j = 1; j <= n; j++) {
		print "\t\t\tcase " fish_quoted("*:" word[j])
		print "\t\t\t\tset skip 1"
	}
	print "\t\tend"
	print "\tend"
	print "\techo $command"
	print "end"
	for (i = 1; i <= n_paths; i++) {
		n = split(next_words[paths[i]], word, " ")
		for (j = 1; j <= n; j++)
			print "complete -c " program " -n 'test \"$(__" fn \
				"_command)\" = \"" paths[i] "\"' -f -a " word[j] " -d " \
				fish_quoted(what[paths[i], word[j]])
		for (j = 1; j <= n_options[paths[i]]; j++)
			fish_option(paths[i], j)
	}
}
