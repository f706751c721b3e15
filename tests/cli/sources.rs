//! A work that lies there in several forms: the best is read, the pages are the PDF's.

use super::Sandbox;

const TEX: &str = r"\documentclass{article}
\title{Varves of a northern lake}
\begin{document}
\maketitle
\section{Coring}
Nine cores were drilled from the ice in March and cut into slices of one centimetre each.
\section{Dating}
Every slice was dated twice, by lead and by the varves, with $\pm 2$ years between the two.
\end{document}
";

/// A PDF with a page for each list of lines.
fn pdf(pages: &[&[&str]]) -> String {
    let kids: Vec<String> =
        (0..pages.len()).map(|i| format!("{} 0 R", 3 + 2 * i)).collect();
    let mut out = format!(
        "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [{}] /Count {} >> endobj\n",
        kids.join(" "),
        pages.len()
    );
    for (i, lines) in pages.iter().enumerate() {
        let text: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| {
                format!("BT /F1 11 Tf 72 {} Td ({line}) Tj ET", 700 - 14 * n)
            })
            .collect();
        let text = text.join("\n");
        let (page, content) = (3 + 2 * i, 4 + 2 * i);
        out.push_str(&format!(
            "{page} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R \
             /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj\n\
             {content} 0 obj << /Length {} >> stream\n{text}\nendstream endobj\n",
            text.len()
        ));
    }
    out.push_str("trailer << /Root 1 0 R >>\n%%EOF\n");
    out
}

#[test]
fn the_text_is_of_the_tex_and_the_pages_are_of_the_pdf() {
    let sandbox = Sandbox::new();
    let pages: [&[&str]; 2] = [
        &[
            "1 Coring",
            "Nine cores were drilled from the ice in March and cut into slices",
            "of one centimetre each.",
        ],
        &[
            "2 Dating",
            "Every slice was dated twice, by lead and by the varves, with 2 years",
            "between the two.",
        ],
    ];
    sandbox.write("corpus/varves.pdf", pdf(&pages));
    sandbox.write("corpus/varves.tex", TEX);
    let run = sandbox.run(&["search", "dated varves", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let hit = &answer["hits"][0];
    assert_eq!(hit["paper"]["path"], "varves.tex", "{}", run.shown());
    assert_eq!(hit["passage"]["page"], 2, "{}", run.shown());
    assert_eq!(hit["passage"]["section"][0], "2 Dating");
    let shown = sandbox.run(&["show", "varves"]).stdout;
    assert!(shown.contains("TeX is what the authors wrote"), "{shown}");
    assert!(shown.contains("pages from: varves.pdf"), "{shown}");
    let place = sandbox.run(&["open", "--print", "varves#2"]).stdout;
    assert!(place.contains("varves.pdf\t2"), "{place}");
}
