# Takes the answers from the records and from `preopen audit verify`. $PREOPEN is the program.
path_of() { grep '"kind":"call"' audit.jsonl | grep "$1" | sed 's/.*"paths":\["\([^"]*\)".*/\1/'; }
{
  echo "predict: everything except the missing record"
  echo "led_out: $(path_of '"code":"escapes_grant"')"
  echo "would_have_run: $(path_of '"code":"protected"')"
  echo "changed: $(path_of '"after":')"
  echo "broken_at: $("$PREOPEN" audit verify audit.jsonl 2>&1 | sed -n 's/.*line \([0-9]*\):.*/\1/p')"
} > answer.txt
