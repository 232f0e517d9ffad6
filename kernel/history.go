package kernel

import (
	"regexp"
	"slices"
	"strings"

	"heddle/kernel/wire"
)

// tailLength is how many entries a tail request gets that does not say.
const tailLength = 10

// answerHistory answers from the file as it is now, so cells of kernels that
// run at the same time are in it.
func (k *kernel) answerHistory(r *request) {
	var req wire.HistoryRequest
	if !k.parse(r, &req) {
		return
	}
	entries, err := k.history.read()
	if err != nil {
		k.log.Warn("read the history", "err", err)
		k.refuse(r, "HistoryError", err.Error())
		return
	}
	switch req.Access {
	case "tail":
		n := tailLength
		if req.N != nil {
			n = *req.N
		}
		entries = last(entries, n)
	case "range":
		entries = between(ofSession(entries, k.history.session, req.Session), req.Start, req.Stop)
	case "search":
		entries = search(entries, req)
	default:
		k.refuse(r, "BadRequest", "unknown hist_access_type "+req.Access)
		return
	}
	reply := wire.HistoryReply{Status: "ok", History: [][3]any{}}
	for _, e := range entries {
		row := [3]any{e.Session, e.Line, e.Source}
		if req.Output {
			row[2] = [2]any{e.Source, e.Output}
		}
		reply.History = append(reply.History, row)
	}
	k.reply(r, reply)
}

// last returns the last n entries.
func last(entries []entry, n int) []entry {
	return entries[max(0, len(entries)-max(0, n)):]
}

// ofSession returns the entries of session number, where 0 is the current one
// and -1 the one before it.
func ofSession(entries []entry, current, number int64) []entry {
	if number <= 0 {
		sessions := []int64{current}
		for _, e := range entries {
			if e.Session < current && !slices.Contains(sessions, e.Session) {
				sessions = append(sessions, e.Session)
			}
		}
		slices.Sort(sessions)
		at := len(sessions) - 1 + int(number)
		if at < 0 {
			return nil
		}
		number = sessions[at]
	}
	var found []entry
	for _, e := range entries {
		if e.Session == number {
			found = append(found, e)
		}
	}
	return found
}

// between returns the entries with a line from start to before stop. A negative
// line counts from the end.
func between(entries []entry, start int, stop *int) []entry {
	if len(entries) == 0 {
		return nil
	}
	end := entries[len(entries)-1].Line + 1
	if start < 0 {
		start += end
	}
	if stop != nil && *stop < 0 {
		end += *stop
	} else if stop != nil {
		end = *stop
	}
	var found []entry
	for _, e := range entries {
		if start <= e.Line && e.Line < end {
			found = append(found, e)
		}
	}
	return found
}

// search returns the entries whose source matches the request's glob as a whole,
// of equal ones only the latest if they shall be unique, and the last n of them.
func search(entries []entry, req wire.HistoryRequest) []entry {
	pattern := req.Pattern
	if pattern == "" {
		pattern = "*"
	}
	matches := glob(pattern)
	seen := map[string]bool{}
	var found []entry
	for _, e := range slices.Backward(entries) {
		if req.N != nil && len(found) >= max(0, *req.N) {
			break
		}
		if !matches(e.Source) || req.Unique && seen[e.Source] {
			continue
		}
		seen[e.Source] = true
		found = append(found, e)
	}
	slices.Reverse(found)
	return found
}

// glob returns what matches a pattern with *, ? and [sets], which SQLite's GLOB
// gave ipykernel's users. Other than in package path, * matches a slash.
func glob(pattern string) func(string) bool {
	var re strings.Builder
	re.WriteString(`(?s)\A`)
	for rest := pattern; rest != ""; {
		c := rest[0]
		rest = rest[1:]
		switch c {
		case '*':
			re.WriteString(".*")
		case '?':
			re.WriteString(".")
		case '[':
			set, after, ok := strings.Cut(rest, "]")
			if !ok || set == "" || set == "^" {
				re.WriteString(`\[`)
				continue
			}
			rest = after
			not := ""
			if set[0] == '^' {
				not, set = "^", set[1:]
			}
			re.WriteString("[" + not + setQuoter.Replace(set) + "]")
		default:
			n := strings.IndexAny(rest, "*?[")
			if n < 0 {
				n = len(rest)
			}
			re.WriteString(regexp.QuoteMeta(string([]byte{c}) + rest[:n]))
			rest = rest[n:]
		}
	}
	re.WriteString(`\z`)
	compiled, err := regexp.Compile(re.String())
	if err != nil { // a set like [z-a]
		return func(s string) bool { return s == pattern }
	}
	return compiled.MatchString
}

var setQuoter = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`)
