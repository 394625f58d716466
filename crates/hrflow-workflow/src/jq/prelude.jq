# What jq has and jaq's library lacks.
def toarray: if type == "array" then . else [.] end;
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def ascii: [.] | implode;
def date: todate;
def dateadd(u; n): . + n;
def datesub(u; n): . - n;
def trimstr($x): ltrimstr($x) | rtrimstr($x);
def @csv: [.[] | if type == "string" then "\"" + gsub("\""; "\"\"") + "\"" elif . == null then "" else tostring end] | join(",");
def @tsv: [.[] | if . == null then "" else tostring | gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r") end] | join("\t");
