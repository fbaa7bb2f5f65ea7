package crawler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

// BenchmarkPortal reads 2,000 records in 20 pages from loopback: "bare" fetches and decodes the
// same bytes and does nothing with them, "crawl" is the whole way to calls. Real records have
// about 20 KB.
func BenchmarkPortal(b *testing.B) {
	for _, size := range []int{2, 20} {
		pages, err := render(2000, size<<10)
		if err != nil {
			b.Fatal(err)
		}
		total := 0
		for _, page := range pages {
			total += len(page)
		}
		src := serve(b, pages)
		b.Run(fmt.Sprintf("%dKB/bare", size), func(b *testing.B) {
			b.SetBytes(int64(total))
			for b.Loop() {
				fetchBare(b, src.URL)
			}
		})
		p := programmes(b)
		b.Run(fmt.Sprintf("%dKB/crawl", size), func(b *testing.B) {
			b.SetBytes(int64(total))
			for b.Loop() {
				sweep := crawler.New(impatient(), still()).Portal(b.Context(), src, p)
				if !sweep.Complete || len(sweep.Found) != 2000 {
					b.Fatalf("got complete: %v, error %v, %d calls", sweep.Complete, sweep.Err, len(sweep.Found))
				}
			}
		})
	}
}

// rendered is a portal whose answers about topics are ready; of other types it has none.
type rendered map[string][]byte

func (pages rendered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	question, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Path != portaltest.Path {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	body := []byte(`{"totalResults":0,"pageNumber":1,"pageSize":100,"results":[]}`)
	if bytes.Contains(question, []byte(`"type":["1"]`)) {
		body = pages[r.URL.Query().Get("pageNumber")]
	}
	_, _ = w.Write(body) // a client that hung up misses it
}

// render lets the stand-in write the answers once. Conditions make up what a record lacks in size.
func render(n, size int) (rendered, error) {
	records := portaltest.Many(n)
	for i := range records {
		text := `<div class="eui-u-mt-s"><p>Proposals come from <strong>towns</strong> &amp; <a href="https://ec.europa.eu/x">their committees</a>, see annex B.</p></div>`
		records[i].Metadata["topicConditions"] = []string{strings.Repeat(text, max(0, size-2<<10)/len(text))}
	}
	portal, pages := portaltest.New(records), rendered{}
	for page := 1; page <= (n+99)/100; page++ {
		number := fmt.Sprint(page)
		w := httptest.NewRecorder()
		form, contentType := question()
		r := httptest.NewRequest(http.MethodPost, portaltest.Path+"?apiKey=SEDIA&text=***&pageSize=100&pageNumber="+number, form)
		r.Header.Set("Content-Type", contentType)
		portal.ServeHTTP(w, r)
		pages[number] = w.Body.Bytes()
	}
	return pages, nil
}

func question() (body io.Reader, contentType string) {
	var form strings.Builder
	for name, value := range map[string]string{
		"query": `{"bool":{"must":[{"terms":{"type":["1"]}}]}}`, "languages": `["en"]`, "sort": `{"field":"identifier","order":"ASC"}`,
	} {
		fmt.Fprintf(&form, "--B\r\nContent-Disposition: form-data; name=%q\r\nContent-Type: application/json\r\n\r\n%s\r\n", name, value)
	}
	form.WriteString("--B--\r\n")
	return strings.NewReader(form.String()), "multipart/form-data; boundary=B"
}

// fetchBare asks for the same pages and decodes them into the documented shape.
func fetchBare(b *testing.B, api string) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for page, rows := 1, 0; rows < 2000; page++ {
		form, contentType := question()
		res, err := client.Post(fmt.Sprintf("%s?apiKey=SEDIA&text=***&pageSize=100&pageNumber=%d", api, page), contentType, form)
		if err != nil {
			b.Fatal(err)
		}
		var answer struct {
			TotalResults int
			Results      []struct {
				Reference string
				URL       string
				Summary   string
				Language  string
				Metadata  map[string][]string
			}
		}
		err = json.NewDecoder(res.Body).Decode(&answer)
		res.Body.Close()
		if err != nil || len(answer.Results) == 0 {
			b.Fatalf("page %d: %d records, %v", page, len(answer.Results), err)
		}
		rows += len(answer.Results)
	}
}
