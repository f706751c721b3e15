//! Scans: said without a program of recognition, read with one, and never the end of a run.

use super::{Sandbox, with_table};

/// One page without a word.
const SCAN: &str = "%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >> endobj
4 0 obj << /Length 18 >> stream
0 0 100 100 re f
endstream endobj
trailer << /Root 1 0 R >>
%%EOF
";

fn with_program(more: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/scan.pdf", SCAN);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/recognise.sh");
    let words = ["/bin/sh", script, "{input}", "{output}", more];
    let list: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    let settings = format!("[extract]\nocr_command = [{}]\n", list.join(", "));
    sandbox.write("citemap.toml", settings);
    sandbox
}

#[test]
fn without_a_program_the_way_out_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/scan.pdf", SCAN);
    let run = sandbox.run(&["text", "corpus/scan.pdf"]);
    assert!(run.stderr.contains("no text layer: needs OCR"), "{}", run.shown());
    assert!(run.stderr.contains("ocr_command"), "{}", run.shown());
}

#[test]
fn it_is_not_counted_among_papers_with_text() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/scan.pdf", SCAN);
    sandbox.write("corpus/page.md", "# Basins\n\nSedimentary basins fill.\n");
    for _ in 0..2 {
        let run = sandbox.run(&["index"]);
        assert_eq!(run.status, 2, "{}", run.shown());
        assert!(run.stderr.contains("scan.pdf: no text layer: needs OCR"));
        assert!(run.stderr.contains("2 papers, 1 with text"), "{}", run.shown());
    }
    let status = sandbox.run(&["status"]).stdout;
    assert!(status.contains("1 with text"), "{status}");
    assert!(status.contains("not read: no text layer: needs OCR (1)\n  scan.pdf"));
    // It is found by its key all the same; a title it would have from its metadata or an entry.
    assert_eq!(sandbox.run(&["search", "key:scan", "-c"]).stdout, "1\n");
}

/// How a letter is drawn, in strokes on a field of four by six: no font, so no text.
fn strokes(letter: char) -> &'static str {
    match letter {
        'A' => "0 0 m 2 6 l 4 0 l S 0.8 2 m 3.2 2 l S",
        'C' => {
            "4 5 m 3.4 5.8 2.8 6 2.2 6 c 0.6 6 0 4.6 0 3 c 0 1.4 0.6 0 2.2 0 c \
             2.8 0 3.4 0.2 4 1 c S"
        }
        'E' => "3.2 6 m 0 6 l 0 0 l 3.2 0 l S 0 3.1 m 2.8 3.1 l S",
        'I' => "0 0 m 0 6 l S",
        'K' => "0 0 m 0 6 l S 3.4 6 m 0 2.6 l S 1.2 3.6 m 3.6 0 l S",
        'L' => "0 6 m 0 0 l 3 0 l S",
        'N' => "0 0 m 0 6 l 3.6 0 l 3.6 6 l S",
        'O' => {
            "2.1 6 m 0.6 6 0 4.6 0 3 c 0 1.4 0.6 0 2.1 0 c 3.6 0 4.2 1.4 4.2 3 c \
             4.2 4.6 3.6 6 2.1 6 c S"
        }
        'R' => "0 0 m 0 6 l 2 6 l 3.8 6 3.8 3 2 3 c 0 3 l S 2 3 m 3.7 0 l S",
        _ => "",
    }
}

/// A page on which lines of letters are drawn.
fn drawn(lines: &[&str]) -> String {
    let mut content = String::from("1 J 1 j 0.8 w\n");
    for (row, line) in lines.iter().enumerate() {
        let (mut x, y) = (72, 650 - 80 * row);
        for letter in line.chars() {
            let strokes = strokes(letter);
            content.push_str(&format!("q 6 0 0 6 {x} {y} cm {strokes} Q\n"));
            x += match letter {
                'I' => 12,
                ' ' => 24,
                _ => 36,
            };
        }
    }
    with_table(&format!(
        "1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
         3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >> endobj\n\
         4 0 obj << /Length {} >> stream\n{content}\nendstream endobj\n",
        content.len()
    ))
}

#[test]
#[cfg(unix)]
fn an_installed_program_reads_a_drawn_page() {
    let has = |program: &str, asks: &str| {
        let run = std::process::Command::new(program).arg(asks).output();
        run.is_ok_and(|output| output.status.success())
    };
    let command = if has("ocrmypdf", "--version") {
        "ocrmypdf --quiet --skip-text --output-type pdf {input} {output}"
    } else if has("tesseract", "--version") && has("pdftoppm", "-v") {
        "sh -c 'pdftoppm -singlefile -r 200 -png \"$0\" page; tesseract page.png \"$1\" pdf' \
         {input} {output_base}"
    } else {
        // Only the script beside this file is left to the other tests.
        return;
    };
    let sandbox = Sandbox::new();
    sandbox.write("corpus/scan.pdf", drawn(&["NINE LAKE CORE", "ICE IN A LAKE"]));
    sandbox.write("citemap.toml", format!("[extract]\nocr_command = {command:?}\n"));
    let run = sandbox.run(&["text", "corpus/scan.pdf", "--json"]);
    let text: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(text["engine"], "ocr", "{command}: {}", run.shown());
    for words in ["NINE LAKE CORE", "ICE IN A LAKE"] {
        assert!(run.stdout.contains(words), "{command}: {}", run.shown());
    }
}

#[test]
#[cfg(unix)]
fn with_one_its_words_are_found() {
    let sandbox = with_program("");
    let run = sandbox.run(&["text", "corpus/scan.pdf", "--json"]);
    let text: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(text["engine"], "ocr", "{}", run.shown());
    assert_eq!(text["pages_read"], 1);
    assert!(run.stdout.contains("sedimentary basins"), "{}", run.shown());
    assert_eq!(sandbox.run(&["index"]).status, 0);
    assert_eq!(sandbox.run(&["search", "sedimentary", "-c"]).stdout, "1\n");
    let shown = sandbox.run(&["show", "scan"]).stdout;
    assert!(shown.contains("by OCR"), "{shown}");
}

#[test]
#[cfg(unix)]
fn a_program_that_fails_is_a_fault_of_that_file() {
    for (mode, words) in [("fail", "too dark to read"), ("blank", "found no text")] {
        let run = with_program(mode).run(&["text", "corpus/scan.pdf"]);
        assert!(run.stderr.contains(words), "{}", run.shown());
        assert!(run.stderr.contains("no text layer: needs OCR"), "{}", run.shown());
    }
}

#[test]
fn a_program_that_is_not_there_is_an_error_until_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/scan.pdf", SCAN);
    sandbox.write("corpus/page.md", "# Basins\n\nSedimentary basins fill.\n");
    let line = "ocr_command = \"no-such-program '-l x' {input} {output}\"";
    sandbox.write("citemap.toml", format!("[extract]\n{line}\n"));
    for _ in 0..2 {
        let run = sandbox.run(&["index"]);
        assert_eq!(run.status, 2, "{}", run.shown());
        assert!(
            run.stderr.contains("`no-such-program` cannot be run"),
            "{}",
            run.shown()
        );
    }
    assert_eq!(sandbox.run(&["search", "sedimentary", "-c"]).stdout, "1\n");
    sandbox.write("citemap.toml", "[extract]\nocr_command = [\"ocr\", \"{input}\"]\n");
    let run = sandbox.run(&["index"]);
    assert!(run.stderr.contains("must name {input} and {output}"), "{}", run.shown());
}
