/* SPDX-License-Identifier: MIT */
#include "poisoning/text.h"

/* Words that stand for one another. */
#define DISREGARD "ignore|disregard|forget|override|bypass|overrule"
#define EARLIER                                                                \
	"previous|prior|earlier|above|preceding|existing|other|original|system"
#define RULES                                                                  \
	"instructions|instruction|rules|guidelines|prompt|prompts|directives|"  \
	"guardrails|policies|restrictions|constraints|commands"
#define NOT "dont|never|not|without|avoid"
#define TELL                                                                   \
	"tell|telling|mention|mentioning|inform|informing|notify|notifying|"    \
	"reveal|revealing|disclose|disclosing|alert|alerting|announce|expose"
#define TO_USER "user|users|human|humans|anyone|anybody|customer"
#define TOOL "tool|tools|function|functions"
#define CALLING "using|calling|invoking|executing|running|use|call|invoke"
#define READ                                                                   \
	"read|reads|reading|open|opening|access|load|fetch|cat|retrieve|"       \
	"collect|extract|gather|grab|dump|exfiltrate|steal|harvest|copy"
#define PASS                                                                   \
	"pass|passing|send|sending|include|including|attach|append|forward|"    \
	"put|place|paste|insert|upload|post|transmit|submit|leak|provide|add|"  \
	"hand|handing|hands|supply|supplies|passes|sends|includes|forwards"
#define WHOLE "full|entire|complete|whole|all|verbatim|exact|raw"
#define CONTENTS "content|contents|text|body"
#define TALK "conversation|conversations|chat|chats|dialogue|dialog|session"
#define RECORD "history|transcript|transcripts|log|logs|messages|context|so"
#define QUIETLY "silently|secretly|covertly|discreetly|quietly|stealthily"
#define DO                                                                     \
	"call|read|send|include|add|forward|copy|run|execute|attach|append|"    \
	"post|bcc|upload|invoke|collect|pass|fetch|open|write|change|replace|"  \
	"download|transmit|log|record|store|exfiltrate|make"
#define KEY_FILE                                                               \
	".ssh|.env|.aws|.netrc|.npmrc|.pgpass|.gnupg|.kube|.git-credentials|"   \
	".bash_history|.zsh_history|.cursor|.docker|.azure|.gcloud"

/* A tool whose name has such a word may ask for the secret. */
#define SSH " ssh scp sftp rsync git host hosts server key keys deploy tunnel "
#define ENV " env environment environments dotenv variable variables config "
#define KEYS                                                                   \
	" key keys token tokens secret secrets credential credentials auth "    \
	"login vault password passwords account wallet "
#define MCP " mcp config configuration install settings client "

#define MODEL(text) {PHRASE_MODEL, text, NULL}
#define SECRET(text, business) {PHRASE_SECRET, text, business}
#define CHANNEL(text) {PHRASE_CHANNEL, text, NULL}
#define CONTENT(text) {PHRASE_CONTENT, text, NULL}

const struct phrase_row phrase_table[] = {
	/* Instead of what the model was told before. */
	MODEL(DISREGARD " ~3 " EARLIER " ~2 " RULES),
	MODEL(DISREGARD " ~2 any|all|your|safety ~2 " RULES),
	MODEL(DISREGARD " ~1 " RULES " ~2 above|before|given|earlier|previously"),
	MODEL(RULES "|limits|limitations ~4 earlier|previously|before|above ~2 "
	      "not|no ~1 hold|apply|count|longer|bind|binding|valid"),
	MODEL(DISREGARD " everything|anything ~1 above|before|previously|else"),
	MODEL("you are now a|an|in|the|acting|operating|my"),
	MODEL("you are no longer"),
	MODEL("your new|real|true|actual|hidden task|goal|instructions|role|"
	      "objective|purpose"),
	MODEL("new|secret|hidden|real|updated|revised system ~1 "
	      "instructions|instruction|prompt|rules|message"),
	MODEL("hidden|secret instruction|instructions|directive|directives"),
	MODEL("system|developer|admin|administrator "
	      "override|overrides|directive"),
	MODEL("from now on ~2 you|always|all|every|never"),
	MODEL("jailbreak|jailbroken"),
	MODEL("developer|god|dan|debug mode enabled|activated|unlocked"),
	/* To hide something from the user. */
	MODEL(NOT " ~2 " TELL " ~4 " TO_USER),
	MODEL("do not|dont|never mention|reveal|disclose ~1 "
	      "this|that|it|these ~4 " TO_USER "|instruction|instructions|step|"
	      "steps|tool|file|files|first|you"),
	MODEL("do not|dont|never mention that you|this|the"),
	MODEL("user|users ~1 should|must|shall|need|will|may|can ~1 "
	      "not|never ~2 know|see|notice|learn|aware|informed|told|"
	      "suspect|realize"),
	MODEL("without ~2 user|users|their|humans ~1 "
	      "knowing|knowledge|noticing|awareness|consent|realizing"),
	MODEL("hide|hidden|conceal|concealed ~3 from the|your|any ~1 "
	      "user|users|human|victim"),
	MODEL("keep ~3 secret|hidden ~1 from"),
	MODEL("keep|leave|leaving ~4 out of ~1 the|your|any ~1 "
	      "answer|reply|response|summary|conversation"),
	MODEL("no need|reason to ~1 " TELL "|bring|show|explain ~8 "
	      "user|users|people|summary|summarise|summarize|answer|reply"),
	MODEL(QUIETLY " ~2 " DO),
	MODEL("upset|scare|alarm|worry|confuse|bother|annoy the user ~2 "
	      "so|be|with|gentle|if|and|just"),
	MODEL("even if|though the|a user|human ~3 "
	      "asks|says|objects|declines|refuses|denies|insists|did|"
	      "specified|specifies"),
	MODEL("regardless|irrespective of what the user|users"),
	/* To do something besides. */
	MODEL("before|prior ~1 " CALLING " ~1 this|the ~1 " TOOL " ~2 "
	      READ "|send|execute|run|must|always"),
	MODEL("before|prior|when|whenever|after ~1 " CALLING
	      " ~1 any|every|all|other|another ~3 " TOOL),
	MODEL("before|after|when|whenever ~2 answering|responding|replying|"
	      "respond|reply|performing|returning|processing ~5 "
	      "read|send|post|call|invoke|forward|upload|execute|silently"),
	MODEL("otherwise|else ~2 tool|it|request|call ~2 "
	      "will|would|does|wont ~1 not|fail|break|be ~1 "
	      "work|function|blocked|rejected|run|fail"),
	MODEL("whenever|when|if|once ~1 user ~3 "
	      "says|types|mentions|thanks|writes|said|asks ~12 "
	      "send|forward|exfiltrate|leak|post|upload|attach ~6 "
	      "to|history|conversation|messages|http|https"),
	MODEL("you must|shall|should|will ~2 "
	      "prefix|prepend ~4 command|commands"),
	MODEL("prefix|prepend ~3 command|commands with"),
	MODEL("all|any|every ~1 emails|messages|payments|mails|files|requests|"
	      "data|transactions must|should ~2 "
	      "sent|routed|forwarded|copied|go"),
	MODEL("change|replace|set|redirect|modify ~1 recipient|recipients to"),
	MODEL("also|always|must ~2 bcc|cc"),
	MODEL("without ~1 asking|confirming|confirmation|approval|"
	      "permission ~2 user"),
	MODEL("do not|dont|never ~1 ask|request|require|seek ~2 "
	      "approval|consent|permission|confirmation"),
	MODEL("user|users has|have already|previously ~1 "
	      "approved|consented|agreed|authorized|confirmed|granted"),
	MODEL("attach|include|append|send|forward|pass|copy ~8 "
	      "to|in|with|into ~1 next|following|subsequent|outbound ~3 "
	      "call|calls|request|requests|message"),
	MODEL("after|on|with|before each|every call|response|request|message|"
	      "invocation ~4 forward|send|post|upload|call|append"),
	MODEL("when|while|once this tool|server is "
	      "available|present|loaded|connected|enabled|installed"),
	MODEL("always call|invoke|run|execute the ~5 tool first|before"),
	MODEL("come|comes|go|goes|runs|called before ~1 every|any|all ~1 "
	      "other " TOOL "|call"),
	MODEL(DISREGARD " ~1 what the user|users|human"),
	MODEL("important|critical|mandatory|urgent|special "
	      "system|hidden|security|internal ~1 "
	      "instruction|instructions|directive|requirement"),
	/* Rather than the tools of others. */
	MODEL("always|must|only|should ~2 "
	      "prefer|use|choose|call|select|pick this tool|function ~4 "
	      "over|instead|rather ~3 other|any|all|every|others|competing"),
	MODEL("do not|dont|never use any|other|another other|tool|tools|server"),
	MODEL("the only tool|server you|that ~1 should|must|can|may|trusted"),
	MODEL("replaces|supersedes|overrides ~2 other|all|any|every|previous|"
	      "official|original|built ~2 " TOOL "|server|servers"),
	MODEL("this tool|server takes|has "
	      "precedence|priority over"),
	/* To a machine rather than to a reader. */
	MODEL("as an|the ai|llm ~1 assistant|agent|model you"),
	MODEL("you|assistant|agent|model|llm|ai must|shall|should "
	      "obey|comply|silently|secretly|immediately|first ~1 "
	      "read|send|call|execute|run|follow|the|with"),
	MODEL("note|instruction|instructions|message|attention to|for "
	      "the|all|any ai|llm|llms|assistant|agent|agents|model|models"),
	MODEL("do not|dont refuse|question|verify ~2 "
	      "this|these|the ~1 request|instruction|instructions|step"),
	/* Other languages, the same two. */
	MODEL("ignorez|ignorer|oubliez|ignore ~2 instructions ~1 "
	      "precedentes|anterieures"),
	MODEL("ne dites|dis|mentionnez|informez pas ~3 utilisateur|lutilisateur"),
	MODEL("ignora|ignore|olvida ~3 instrucciones|instrucoes ~1 "
	      "anteriores|previas"),
	MODEL("no|nao le ~1 digas|diga|menciones|mencione ~3 usuario"),
	MODEL("nao conte|mencione|informe ~3 usuario"),
	MODEL("ignoriere|vergiss ~3 anweisungen|instruktionen"),
	MODEL("dem|den nutzer|benutzer|anwender ~2 nicht|nichts ~2 "
	      "sagen|mitteilen|erwahnen|informieren|verraten"),
	MODEL("игнорируи|забудь ~3 инструкции|указания"),
	MODEL("не говори|сообщаи|упоминаи ~3 пользователю"),
	MODEL("忽 略 ~6 指 令|示"),
	MODEL("不 要 告 诉|訴 ~1 用 户|戶"),
	MODEL("無 視 ~4 指|命 示|令"),
	/* Files that hold secrets. */
	SECRET(READ "|" PASS "|" CONTENTS " ~8 " KEY_FILE, SSH ENV KEYS),
	SECRET(KEY_FILE " ~4 " CONTENTS "|and|as ~2 " PASS, SSH ENV KEYS),
	SECRET(READ "|" PASS "|" CONTENTS "|from ~8 id rsa|ed25519|ecdsa|dsa",
		SSH),
	SECRET(READ "|" PASS "|" CONTENTS " ~8 etc passwd|shadow|sudoers",
		" passwd shadow sudo users "),
	SECRET(READ "|" PASS "|" CONTENTS " ~8 mcp json", MCP),
	SECRET(READ "|" PASS "|" CONTENTS " ~8 claude desktop config", MCP),
	SECRET(READ "|" PASS "|" CONTENTS " ~8 proc self environ", ENV),
	SECRET(READ "|" PASS "|" CONTENTS
	       " ~8 bash|zsh|shell history", " history shell "),
	SECRET(READ "|" PASS "|" CONTENTS " ~6 login|system keychain", KEYS),
	SECRET(READ "|" PASS "|" CONTENTS " ~6 wallet dat", KEYS),
	SECRET(READ "|" PASS "|" CONTENTS " ~6 etc secrets", KEYS),
	SECRET(READ "|" PASS " ~5 ssh private|public key|keys", SSH),
	SECRET("private key|keys ~1 of|on ~1 "
	       "user|users|machine|computer|host|owner", SSH KEYS),
	SECRET(READ "|looks|look|finds|find ~3 users|owners|their ~2 "
	       "password|passwords|keys|tokens|secrets|credentials|cookies",
		KEYS),
	SECRET(READ "|" PASS " ~3 browser|browsers ~1 "
	       "cookie|cookies|password|passwords|session|sessions",
		" browser browsers cookie cookies "),
	SECRET("output of env|printenv", ENV),
	SECRET(READ "|" PASS " ~4 seed|recovery|mnemonic phrase|phrases", KEYS),
	/* Secrets in whatever place, and where they are to go. */
	SECRET(READ "|all ~4 environment|env variables|vars ~6 " PASS "|as|in",
		ENV),
	SECRET("pass|send|forward|post|upload|attach|leak|exfiltrate ~3 "
	       "environment|env variables|vars ~4 in|as|to|via|with ~4 "
	       "parameter|field|argument|http|https|request|server",
		ENV),
	SECRET("exfiltrate|steal|harvest|leak ~5 "
	       "key|keys|token|tokens|secrets|credentials|passwords|data",
		KEYS),
	SECRET("include|attach|append|pass|send|forward|put ~3 "
	       "users|user|any|all|their|found|your ~3 "
	       "keys|tokens|secrets|credentials|passwords|cookies",
		KEYS),
	SECRET("search|scan|look|check ~3 for ~3 "
	       "keys|tokens|secrets|credentials|passwords ~6 "
	       "include|send|pass|attach|append|forward|report",
		KEYS),
	/* The talk between the model and its user, wanted as an argument. */
	CHANNEL(WHOLE " ~3 " TALK " ~1 " RECORD "|far|up|between|and|with"),
	CHANNEL(WHOLE "|your ~1 system prompt|prompts|message|instructions"),
	CHANNEL("your|model|models|assistants ~2 system prompt"),
	CHANNEL("your|all|full|entire|complete chain of|of thought"),
	CHANNEL("chain of thought ~4 before|that|leading|leads"),
	CHANNEL("list|names of|for all|every|the ~1 other|available|your "
		"tools ~4 " "you|have|access|available|can"),
	CHANNEL(PASS "|offload ~3 " TALK " ~1 history|transcript|log|logs"),
	CHANNEL(PASS " ~1 history otherwise|or|so"),
	CHANNEL("all|every|previous|prior ~1 exchanges ~8 "
		"field|parameter|argument"),
	CHANNEL("all|every|previous|prior ~1 messages|prompts ~3 "
		"user|conversation|session|chat|so"),
	CHANNEL(CONTENTS " ~2 of ~2 file|files ~4 "
		"you|read|opened|just|earlier|asked|above|requested"),
	/* A parameter beside the business of its tool may ask no more than: */
	CONTENT(CONTENTS " ~3 of ~4 file|files|config|configuration|document"),
	CONTENT("file|config ~1 contents|content"),
	CONTENT(PASS " ~4 " CONTENTS "|history|conversation|messages|secrets|"
		"credentials|environment"),
	CONTENT(TALK " history|transcript|log|context|messages"),
	CONTENT("environment ~1 details|variables"),
};
const size_t phrase_table_size = sizeof phrase_table / sizeof *phrase_table;
