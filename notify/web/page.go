package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// A page is one answer to one reader: what all templates know.
type page struct {
	site    *Site
	lang    string
	asked   bool // the address asks for the language, so links keep it
	texts   texts
	facts   Facts
	path    string     // of this page, without what the base address adds
	query   url.Values // of this page
	now     time.Time
	Title   string
	Private bool // of one mailbox, or an error: kept by nobody
	Feed    string
	Errors  []fieldError
	Body    any
}

// newPage returns a page in the language of the request; its title is the text of the key.
func (s *Site) newPage(r *http.Request, title string) *page { return s.pageFor(r, title, "") }

// pageFor is newPage for a mailbox that has a language of its own.
func (s *Site) pageFor(r *http.Request, title, own string) *page {
	lang, asked := s.languageOf(r, own)
	p := &page{
		site: s, lang: lang, asked: asked, texts: s.texts[lang], facts: s.facts[lang],
		path: "/" + strings.TrimLeft(r.URL.EscapedPath(), "/"), query: r.URL.Query(), now: s.Now(),
	}
	p.Title = p.T(title)
	return p
}

// T returns the text of a key with its values: pairs of a name and a value.
func (p *page) T(key string, pairs ...string) string { return p.texts.fill(key, pairs...) }

// Lang returns the language of the page.
func (p *page) Lang() string { return p.lang }

// Keep returns the language if links and forms have to carry it on, else "".
func (p *page) Keep() string {
	if p.asked {
		return p.lang
	}
	return ""
}

// Link returns the address of another page, in the same language.
func (p *page) Link(path string) string {
	if !p.asked {
		return p.site.link(path)
	}
	return p.site.link(p.inLanguage(path))
}

// inLanguage returns a path that asks for the language of the page.
func (p *page) inLanguage(path string) string { return path + mark(path) + "lang=" + p.lang }

func mark(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// Plain returns the address of something that has no language.
func (p *page) Plain(path string) string { return p.site.link(path) }

// Style returns the address of the style sheet.
func (p *page) Style() string { return p.site.link("/static/" + p.site.style.name) }

// Sender returns who writes the mails.
func (p *page) Sender() string { return p.site.settings.Sender }

// FactsLang returns the attribute that marks dates and amounts, if they come in another language.
func (p *page) FactsLang() template.HTMLAttr {
	if p.facts.Language() == p.lang {
		return ""
	}
	return template.HTMLAttr(`lang="` + p.facts.Language() + `"`)
}

// A languageLink leads to the same page in another language.
type languageLink struct{ Code, Name, URL string }

// Languages returns links to this page in the other languages. A page that answers a form has none: its
// address does not show it.
func (p *page) Languages() []languageLink {
	var links []languageLink
	for _, code := range slices.Sorted(maps.Keys(p.site.texts)) {
		if code == p.lang {
			continue
		}
		query := maps.Clone(p.query)
		query.Set("lang", code)
		links = append(links, languageLink{code, endonyms[code], p.site.link(p.path) + "?" + query.Encode()})
	}
	return links
}

// Date returns a day in words.
func (p *page) Date(t time.Time) string { return p.facts.PlainDate(t) }

// Moment returns a day and an hour in Brussels in words.
func (p *page) Moment(t time.Time) string {
	return p.T("moment", "Date", p.facts.PlainDate(t), "Time", p.facts.Clock(t))
}

// HasError reports whether a field of the form on this page is wrong.
func (p *page) HasError(field string) bool {
	return slices.ContainsFunc(p.Errors, func(e fieldError) bool { return e.Field == field })
}

// ErrorsOf returns what is wrong with a field.
func (p *page) ErrorsOf(field string) []fieldError {
	var found []fieldError
	for _, e := range p.Errors {
		if e.Field == field {
			found = append(found, e)
		}
	}
	return found
}

// A fieldError is what is wrong with one field of a form, in the reader's language.
type fieldError struct{ Field, Text string }

// wrong adds an error to a field.
func (p *page) wrong(field, key string, pairs ...string) {
	p.Errors = append(p.Errors, fieldError{field, p.T(key, pairs...)})
}

// templates holds one parsed set for each page, by its name.
type templates map[string]*template.Template

func readTemplates(from fs.FS) (templates, error) {
	const layout = "templates/layout.html.tmpl"
	names, err := fs.Glob(from, "templates/*.html.tmpl")
	if err != nil {
		return nil, err
	}
	shared, err := template.New("layout").Funcs(template.FuncMap{"field": newField}).ParseFS(from, layout)
	if err != nil {
		return nil, err
	}
	all := templates{}
	for _, name := range names {
		if name == layout {
			continue
		}
		set, err := template.Must(shared.Clone()).ParseFS(from, name)
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html.tmpl")] = set
	}
	return all, nil
}

// A field is one field of a form in a template: the page, and its name in forms and texts.
type field struct {
	*page
	Name string
}

func newField(p *page, name string) field { return field{p, name} }

// render writes a page. Nothing is sent before it is whole.
func (s *Site) render(w http.ResponseWriter, p *page, status int, name string, body any) error {
	p.Body = body
	var out bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&out, "layout", p); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.lang)
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Vary", "Accept-Language")
	if p.Private {
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
	}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the reader may be gone
	return nil
}

// An asset is a file that never changes under its name.
type asset struct {
	name string // with a piece of its hash
	data []byte
}

func readAsset(from fs.FS, path string) (asset, error) {
	data, err := fs.ReadFile(from, path)
	if err != nil {
		return asset{}, err
	}
	sum := sha256.Sum256(data)
	return asset{"style-" + hex.EncodeToString(sum[:6]) + ".css", data}, nil
}

func (s *Site) static(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("name") != s.style.name {
		return errNoPage
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(s.style.data)
	return nil
}

// noIcon answers browsers that ask for an icon unasked.
func noIcon(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=31536000")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	p := s.newPage(r, "home.title")
	soon, err := s.Calls.Search(r.Context(), calls.Search{
		Statuses: []calls.Status{calls.Open, calls.Forthcoming}, Topics: []string{"town-twinning"}, Sort: calls.SortDeadline, Limit: 3,
	}, p.now)
	if err != nil {
		return err
	}
	return s.render(w, p, http.StatusOK, "home", p.cards(soon))
}

// TopicLabel returns the name of a topic in the language of the page.
func (p *page) TopicLabel(id string) string { return p.site.Topics.Label(id, p.lang) }
