# Makes a manual page, man(7), of a page of docs/. Variables: title, section, version, date, summary, and skip=N: from the Nth heading on only.
#
# Headings become sections, tables lists of tagged paragraphs (first cell the tag, middle ones named, last one the text), fenced blocks are set as they are.

function escape(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/\001/, "|", text)
    return text
}

# Links keep their words, code and bold their marks off.
function inline(text) {
    while (match(text, /\[[^][]*\]\([^()]*\)/)) {
        link = substr(text, RSTART, RLENGTH)
        sub(/^\[/, "", link)
        sub(/\]\(.*$/, "", link)
        text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
    }
    gsub(/`|\*\*/, "", text)
    return escape(text)
}

# A line that begins with a dot or an apostrophe would be a request.
function put(text) {
    sub(/^[ \t]+/, "", text)
    sub(/[ \t]+$/, "", text)
    if (text ~ /^[.']/) text = "\\&" text
    if (text != "") print text
}

function row(line,    cells, count, number, text) {
    gsub(/\\\|/, "\001", line)
    sub(/^\| */, "", line)
    sub(/ *\|[ \t]*$/, "", line)
    count = split(line, cells, / +\| */)
    if (line ~ /^[-| ]+$/) return
    if (!in_table) {
        in_table = 1
        for (number = 1; number <= count; number++) names[number] = cells[number]
        return
    }
    print ".TP"
    text = inline(cells[1])
    print ".B \"" (text == "" ? "\\&" : quoted(text)) "\""
    for (number = 2; number < count; number++)
        if (cells[number] != "") put(inline(names[number] ": " cells[number]) ".")
    put(inline(cells[count]))
}

function quoted(text) {
    gsub(/"/, "\\(dq", text)
    return text
}

BEGIN {
    printf ".TH \"%s\" \"%s\" \"%s\" \"PolicyDaemon %s\" \"PolicyDaemon\"\n", toupper(title), section, date, version
    printf ".SH NAME\n%s \\- %s\n", title, escape(summary)
}

/^```/ {
    in_code = !in_code
    if (shown) print (in_code ? (started ? ".PP\n.EX" : ".EX") : ".EE")
    pending = 0
    started = 1
    in_table = 0
    next
}
in_code {
    if (!shown) next
    line = escape($0)
    if (line ~ /^[.']/) line = "\\&" line
    print line == "" ? "\\&" : line
    next
}
/^#/ {
    headings++
    shown = headings >= skip
    in_table = 0
    pending = 0
    if (!shown) next
    level = index($0, " ") - 1
    sub(/^#+ /, "")
    print (level < 3 ? ".SH \"" toupper(quoted(inline($0))) : ".SS \"" quoted(inline($0))) "\""
    started = 0
    next
}
!shown { next }
/^\|/ { row($0); started = 1; next }
/^[ \t]*$/ { pending = started; in_table = 0; next }
/^- / {
    print ".IP \\(bu 2"
    put(inline(substr($0, 3)))
    started = 1
    pending = 0
    next
}
{
    if (pending) print ".PP"
    pending = 0
    started = 1
    put(inline($0))
}
