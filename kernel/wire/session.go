package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

const (
	delimiter = "<IDS|MSG>"
	username  = "kernel"
	// remembered is how many of the latest signatures are refused at the least
	// when they come again; up to twice as many are held, 32 bytes each.
	remembered = 1 << 15
)

// Why Decode refuses a message. None of them is worth an answer.
var (
	ErrNoDelimiter = errors.New("no " + delimiter + " frame")
	ErrTooShort    = errors.New("too few frames after " + delimiter)
	ErrSignature   = errors.New("wrong signature")
	ErrReplay      = errors.New("signature was seen before")
)

type signature = [sha256.Size]byte

var empty = json.RawMessage("{}")

// A Session makes and signs the messages of one kernel (or one client), and
// checks those of its peers. It remembers signatures, so all sockets of a kernel
// share one. Its methods may be called from many goroutines.
type Session struct {
	id     string
	count  atomic.Uint64
	signed bool
	macs   sync.Pool // of hash.Hash with the key in it

	mu        sync.Mutex
	seen, old map[signature]struct{} // old is the generation before seen
}

// NewSession returns a session that signs with HMAC-SHA256 and key. With an
// empty key nothing is signed and every message is believed, as Jupyter has it.
func NewSession(key []byte) *Session {
	key = slices.Clone(key)
	s := &Session{
		id:     uuid.NewString(),
		signed: len(key) > 0,
		seen:   map[signature]struct{}{},
	}
	s.macs.New = func() any { return hmac.New(sha256.New, key) }
	return s
}

// ID is the session of the headers that New makes.
func (s *Session) ID() string { return s.id }

// New makes a message of type msgType that answers parent, nil if it answers
// none. It takes over parent's header and nothing else. The error is that of
// content's JSON.
func (s *Session) New(msgType string, parent *Message, content any) (*Message, error) {
	m := &Message{Parent: empty, Metadata: empty}
	m.Header = Header{
		MsgID:    s.id + "_" + strconv.FormatUint(s.count.Add(1), 10),
		Session:  s.id,
		Username: username,
		Date:     Date(time.Now()),
		MsgType:  msgType,
		Version:  ProtocolVersion,
	}
	if parent != nil {
		m.Parent = parent.RawHeader
	}
	var err error
	if m.RawHeader, err = marshal(m.Header); err != nil {
		return nil, fmt.Errorf("header of %s: %w", msgType, err)
	}
	if m.Content, err = marshal(content); err != nil {
		return nil, fmt.Errorf("content of %s: %w", msgType, err)
	}
	return m, nil
}

// SetMetadata replaces m's metadata by the JSON of v, an object.
func (m *Message) SetMetadata(v any) error {
	raw, err := marshal(v)
	if err != nil {
		return fmt.Errorf("metadata of %s: %w", m.Header.MsgType, err)
	}
	m.Metadata = raw
	return nil
}

// Encode returns m as signed frames. They share memory with m.
func (s *Session) Encode(m *Message) [][]byte {
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, []byte(delimiter), nil, m.RawHeader, m.Parent, m.Metadata, m.Content)
	at := len(m.Identities) + 1
	if s.signed {
		sum := s.sign(frames[at+1:])
		frames[at] = hex.AppendEncode(nil, sum[:])
	}
	return append(frames, m.Buffers...)
}

// Decode checks the frames of a message that a peer sent, and returns it. The
// message shares memory with frames. Of its parts only the header is known to
// be JSON. A signature is accepted once.
func (s *Session) Decode(frames [][]byte) (*Message, error) {
	at := slices.IndexFunc(frames, func(f []byte) bool { return string(f) == delimiter })
	if at < 0 {
		return nil, ErrNoDelimiter
	}
	parts := frames[at+1:]
	if len(parts) < 5 {
		return nil, ErrTooShort
	}
	if s.signed {
		if err := s.check(parts[0], parts[1:5]); err != nil {
			return nil, err
		}
	}
	m := &Message{
		Identities: frames[:at:at],
		RawHeader:  parts[1],
		Parent:     parts[2],
		Metadata:   parts[3],
		Content:    parts[4],
		Buffers:    parts[5:],
	}
	if !utf8.Valid(m.RawHeader) {
		return nil, errors.New("header is not UTF-8")
	}
	if err := json.Unmarshal(m.RawHeader, &m.Header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if m.Header.MsgID == "" || m.Header.MsgType == "" {
		return nil, errors.New("header without msg_id or msg_type")
	}
	return m, nil
}

// check compares in constant time, and remembers only what is genuine: a peer
// without the key can neither learn nor displace anything.
func (s *Session) check(claimed []byte, parts [][]byte) error {
	var got signature
	if len(claimed) != hex.EncodedLen(len(got)) {
		return ErrSignature
	}
	if _, err := hex.Decode(got[:], claimed); err != nil {
		return ErrSignature
	}
	want := s.sign(parts)
	if !hmac.Equal(got[:], want[:]) {
		return ErrSignature
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[got]; ok {
		return ErrReplay
	}
	if _, ok := s.old[got]; ok {
		return ErrReplay
	}
	if len(s.seen) == remembered {
		s.old, s.seen = s.seen, make(map[signature]struct{})
	}
	s.seen[got] = struct{}{}
	return nil
}

// sign is the HMAC of the first four parts: header, parent, metadata, content.
func (s *Session) sign(parts [][]byte) (sum signature) {
	mac := s.macs.Get().(hash.Hash)
	defer s.macs.Put(mac)
	mac.Reset()
	for _, p := range parts[:4] {
		mac.Write(p)
	}
	mac.Sum(sum[:0])
	return sum
}
