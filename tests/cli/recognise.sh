#!/bin/sh
# Stands in for a program of recognition: sh recognise.sh INPUT OUTPUT [MODE]. It reads the scan,
# and writes a PDF with words on its page; or fails, or writes a page without words, as MODE says.
set -e
head -c 5 "$1" | grep -q '%PDF-'
case "$3" in
    fail) echo "page 1: too dark to read" >&2; exit 4 ;;
    blank) words='' ;;
    *) words='BT /F1 12 Tf 72 700 Td (Recognised words about sedimentary basins of the north.) Tj ET' ;;
esac
cat > "$2" <<END
%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R
  /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length ${#words} >> stream
$words
endstream endobj
trailer << /Root 1 0 R >>
%%EOF
END
