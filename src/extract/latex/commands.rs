//! What the commands of LaTeX, its classes and packages take, for those that print nothing or only a
//! part of what they take.
//!
//! In the lists, a word such as `vspace:sm` names a command and its arguments: `s` a star, `o` an
//! optional one, `m` a mandatory one, `p` one in parentheses, `d` a dimension. After `>` stands what is
//! printed: the command's next group.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Commands of which nothing is printed.
const SILENT: &str = "
 vspace:sm hspace:sm vskip:d hskip:d kern:d mkern:d raise:d lower:d moveleft:d moveright:d vglue:d
 hglue:d addvspace:m vphantom:m hphantom:m phantom:m smash:om rule:omm setlength:mm addtolength:mm
 settowidth:mm settoheight:mm settodepth:mm newlength:m setcounter:mm addtocounter:mm stepcounter:m
 refstepcounter:m newcounter:mo counterwithin:smm counterwithout:smm numberwithin:omm value:m
 pagestyle:m thispagestyle:m pagenumbering:m markboth:mm markright:m linespread:m
 documentclass:omo documentstyle:om usepackage:omo RequirePackage:omo PassOptionsToPackage:mm
 PassOptionsToClass:mm LoadClass:omo ProvidesPackage:mo ProvidesClass:mo ProvidesFile:mo
 NeedsTeXFormat:mo hypersetup:m geometry:m newgeometry:m captionsetup:som sisetup:m lstset:m
 lstdefinestyle:mm lstdefinelanguage:omom usetikzlibrary:m tikzset:m pgfplotsset:m tcbset:m
 newtcolorbox:omom newtcbox:omom tcbuselibrary:m graphicspath:m DeclareGraphicsExtensions:m
 DeclareGraphicsRule:mmmm definecolor:ommm colorlet:omom definecolorset:ommm xdefinecolor:mmm
 color:om pagecolor:om rowcolor:om cellcolor:om columncolor:om rowcolors:omm arrayrulecolor:om
 includegraphics:soom includepdf:om epsfig:m psfig:m epsfbox:m graphicspath:m includesvg:om
 bibliographystyle:m citestyle:m setcitestyle:m bibpunct:ommmmmm nocite:m addbibresource:om
 defbibheading:mom DeclareFieldFormat:som DeclareBibliographyCategory:m ExecuteBibliographyOptions:om
 setkeys:mm hyphenation:m input@path:m selectlanguage:om setdefaultlanguage:om setotherlanguage:om
 setmainlanguage:om setotherlanguages:om languageattribute:mm babelprovide:om foreignlanguage:om>
 setmainfont:omo setsansfont:omo setmonofont:omo setCJKmainfont:omo setCJKsansfont:omo
 setCJKmonofont:omo newfontfamily:momo newCJKfontfamily:omomo setCJKfamilyfont:momo
 setmainjfont:omo setsansjfont:omo fontsize:mm fontfamily:m fontseries:m fontshape:m fontencoding:m
 usefont:mmmm linewidth: theoremstyle:m newtheoremstyle:mmmmmmmmm DeclareMathSizes:mmmm
 DeclareMathAlphabet:mmmmm SetMathAlphabet:mmmmmm DeclareSymbolFont:mmmmm DeclareMathSymbol:mmmm
 DeclareFontFamily:mmm DeclareFontShape:mmmmmm DeclareUnicodeCharacter:mm DeclareTextFontCommand:mm
 DeclareGraphicsRule:mmmm allowdisplaybreaks:o flushbottom: pdfbookmark:omm phantomsection:
 addcontentsline:mmm addtocontents:mm listoffigures: listoftables: tableofcontents: printindex:o
 index:om glossary:m makeindex:o newacronym:ommm newglossaryentry:mm makeglossaries: printglossary:o
 printglossaries: label:m pageref:sm vpageref:om hyperlink:m> hypertarget:m> hyperref:o>
 footnotemark:o footnotesize: thanksref:m corref:m cortext:om fntext:om fnref:m fnmark:o tnoteref:m
 tnotetext:om ead:om cormark:o credit:m nonumnote:m orcidlink:m orcid:m ORCID:m authorrunning:m
 titlerunning:m tocauthor:m toctitle:m runningtitle:m runningauthor:m shorttitle:m shortauthors:m
 lhead:om rhead:om chead:om lfoot:om rfoot:om cfoot:om fancyhead:om fancyfoot:om fancyhf:om
 fancypagestyle:mm renewcommand*: ihead:om ohead:om cehead:om cohead:om ifoot:om ofoot:om
 acmConference:ommm acmBooktitle:m acmPrice:m acmISBN:m acmDOI:m acmYear:m acmMonth:m acmJournal:m
 acmVolume:m acmNumber:m acmArticle:m acmArticleSeq:m acmSubmissionID:m acmArticleType:m
 setcopyright:m copyrightyear:m copyrightinfo:mm settopmatter:m ccsdesc:om received:om
 authorsaddresses:m startPage:m citestyle:m AtBeginDocument:m AtEndDocument:m AtBeginSection:om
 IEEEoverridecommandlockouts: IEEEpubid:m IEEEspecialpapernotice:m IEEEmembership:m
 IEEEauthorrefmark:m IEEEaftertitletext:m IEEEPARstart:>> IEEEeqnarraynumspace:
 altaffiliation:om altaffilmark:m altaffiltext:mm institution:m
 curraddr:om email:om homepage:om collaboration:om noaffiliation: homepage:om orgname:m
 correspondingauthor:om corresp:om icmlaffiliation:mm icmlcorrespondingauthor:mm
 icmlsetsymbol:mm icmlkeywords:m printAffiliationsAndNotice:m icmlEqualContribution: workshoptitle:m
 jmlrvolume:m jmlryear:m jmlrworkshop:m jmlrproceedings:mm jmlrpages:m jmlrsubmitted:m
 jmlrpublished:m jmlrheading:mmmmmmm ShortHeadings:mm firstpageno:m editor:m editors:m pmlrvolume:m
 vldbpagestyle:m submitjournal:m accepted:m revised:m published:m pubyear:m date:om dedicatory:m
 subjclass:om pacs:m preprint:m eid:m doinum:m pagerange:m volume:m journalname:m articletype:m
 subtitle:>m journal:m year:m specificaffiliations:m received:om
 marginpar:om marginnote:omo todo:om missingfigure:om note:m comment: reversemarginpar: sidenote:oom
 linenumbers: modulolinenumbers:o nolinenumbers: vfill: hfill: hfil: vfil: dotfill: hrulefill:
 centering: raggedright: raggedleft: noindent: indent: newpage: clearpage: cleardoublepage:
 pagebreak:o nopagebreak:o linebreak:o nolinebreak:o smallskip: medskip: bigskip: balance: flushend:
 hline: cline:m toprule:o midrule:o bottomrule:o cmidrule:opm specialrule:mmm addlinespace:o
 Xhline:m hdashline:o cdashline:m hhline:m morecmidrules: endhead: endfirsthead: endfoot:
 endlastfoot: tabularnewline:o arraybackslash: multicolumn:mm> multirow:omomo> multirowcell:om
 makecell:o> thead:o> rotatebox:om> scalebox:mo> resizebox:smm> adjustbox:m> parbox:ooom>
 makebox:poo> framebox:poo> raisebox:moo> colorbox:om> fcolorbox:omm> textcolor:om> sbox:mm
 savebox:moom usebox:m newsavebox:m setbox: box: copy: unhbox: hbox: vbox: vtop: mbox:>
 minipage: setstretch:m baselinestretch: stretch:m columnbreak: twocolumn: onecolumn: newblock:
 protect: relax: makeatletter: makeatother: expandafter: noexpand: global: long: outer: immediate:
 write: begingroup: endgroup: bgroup: egroup: leavevmode: nobreak: allowbreak: break: strut: null:
 unskip: ignorespaces: ignorespacesafterend: obeylines: obeyspaces: frenchspacing: nonfrenchspacing:
 sloppy: fussy: par@: em: it: bf: rm: sf: tt: sc: sl: bfseries: itshape: rmfamily: sffamily:
 ttfamily: scshape: upshape: slshape: mdseries: normalfont: normalsize: small: tiny: scriptsize:
 large: Large: LARGE: huge: Huge: selectfont: boldmath: unboldmath: frontmatter: mainmatter:
 backmatter: onehalfspacing: doublespacing: singlespacing: maketitle: IEEEmaketitle: titlepage:
 makeabstract: makekeywords: IEEEpeerreviewmaketitle: IEEEdisplaynontitleabstractindextext:
 IEEEtitleabstractindextext:> keywordsname: xspace@: qed: qedhere: qedsymbol: and: protect:
 bibitemsep: bibsep: BibitemOpen: BibitemShut:m bibAnnoteFile:om bibAnnote:omm urlprefix: urlstyle:m
 providecolor:ommm lstinputlisting:om verbatiminput:m inputminted:omm DTMsetstyle:m
 tikz:om pgfimage:om pgfdeclareimage:omm pgfuseimage:m draw: includestandalone:om
 thesection: thesubsection: thefigure: thetable: theequation: thepage: thechapter: today:
 tracinglostchars: overfullrule: hfuzz: vfuzz: hbadness: vbadness: tolerance: emergencystretch:
 pretolerance: clubpenalty: widowpenalty: penalty: interlinepenalty: hyphenpenalty:
 exhyphenpenalty: displaywidowpenalty: brokenpenalty: looseness: parindent: parskip: baselineskip:
 textwidth: textheight: columnwidth: hsize: vsize: topmargin: oddsidemargin: evensidemargin:
 headheight: headsep: footskip: columnsep: tabcolsep: arraycolsep: arraystretch: floatsep:
 textfloatsep: intextsep: abovecaptionskip: belowcaptionskip: belowdisplayskip: abovedisplayskip:
 belowdisplayshortskip: abovedisplayshortskip: itemsep: parsep: topsep: partopsep: leftmargin:
 labelsep: labelwidth: itemindent: listparindent: fboxsep: fboxrule: unitlength: paperwidth:
 paperheight: pdfpagewidth: pdfpageheight: pdfoutput: pdfminorversion: pdfinfo:m pdfcatalog:m
 special:m DocumentMetadata:m ifblank: nolimits: limits: displaystyle: textstyle: scriptstyle:
 nonumber: notag: tag:sm intertext: suppressfloats:o afterpage:m FloatBarrier: restylefloat:sm
 floatname:mm newfloat:mmmo floatstyle:m DeclareCaptionFont:mm DeclareCaptionFormat:smmm
 crefname:mmm Crefname:mmm crefformat:mm Crefformat:mm creflabelformat:mm crefrangeformat:mm
 setenumerate:om setitemize:om setlist:om newlist:mmm SetLabelAlign:mm enlargethispage:sm
 enotesize: theendnotes: itemsep: settasks:m tasks: everymath: everydisplay: everypar:
 titleformat:smommmmo titlespacing:smmmmo titlecontents:momommmo titlelabel:m sectionfont:m
 subsectionfont:m subsubsectionfont:m allsectionsfont:m contentsname: dosecttoc: secttoc:
 excludecomment:m includecomment:m specialcomment:mmm pdfstringdefDisableCommands:m
 linenumbersep: DeclarePairedDelimiter:mmm DeclarePairedDelimiterX:momm ensuremath@:
 lineno: patchcmd:mmmmm apptocmd:mmmm pretocmd:mmmm xpatchcmd:mmmmm robustify:m cslet: csdef:mm
 ctexset:m ctexoptions: CTEXoptions:om CTEXsetup:om zihao:m songti: heiti: kaishu: fangsong: CJKfamily:m
 xeCJKsetup:m punctstyle:m ltjsetparameter:m nwejm: hyphenchar: skewchar: parfillskip: rightskip:
 leftskip: hangindent: hangafter: prevdepth: vcenter: pdfximage: pdfrefximage: jot:
 SetKwInput:mm SetKwInOut:mm SetKwFunction:mm SetKwProg:mmmm SetKw:mm SetKwData:mm SetAlgoLined:
 DontPrintSemicolon: LinesNumbered: SetAlCapSkip:m IncMargin:m DecMargin:m algsetup:m
 algrenewcommand:mm algnewcommand:mm algloopdefx:mmm floatplacement:mm subref:sm
 begin@: end@: ActivateWarningFilters:m WarningFilter:omm AddToHook:omm newunicodechar:mm
 bibinfo:m> bibfield:m> bibnamefont:> bibfnamefont:> citenamefont:> eprint:om urlseteprint: Eprint:m>
 translation:m enquote@: natexlab:> bibcite:mm bibstyle:m bibdata:m citation:m newlabel:mm
 colorboxed: multicolumn@: subjectclass:om AMS:m SetWatermarkText:m SetWatermarkScale:m
 SetWatermarkColor:om SetBgContents:m pgfmathsetmacro:mm foreach: path@: clip: includeonly:m
";

/// Reads [`SILENT`] once.
static BY_NAME: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    SILENT.split_whitespace().filter_map(|word| word.split_once(':')).collect()
});

/// Gives the arguments of a command that prints nothing itself.
pub(super) fn silent(name: &str) -> Option<&'static str> {
    BY_NAME.get(name).copied()
}

/// Commands that build the document: an author's new definition of one does not count, because
/// what it is for stays the same and how it looks is of no interest.
const STRUCTURE: &[&str] = &[
    "part",
    "chapter",
    "section",
    "subsection",
    "subsubsection",
    "paragraph",
    "subparagraph",
    "title",
    "author",
    "caption",
    "label",
    "ref",
    "eqref",
    "cite",
    "citep",
    "citet",
    "footnote",
    "begin",
    "end",
    "item",
    "input",
    "include",
    "bibliography",
    "maketitle",
    "bibitem",
    "appendix",
    "abstract",
    "documentclass",
    "usepackage",
    "newcommand",
    "renewcommand",
    "def",
    "let",
    "url",
    "href",
    "includegraphics",
    "thebibliography",
    "enumerate",
    "itemize",
    "figure",
    "table",
    "equation",
    "tabular",
    "document",
    "newtheorem",
    "footnotetext",
    "thanks",
    "addcontentsline",
    "cref",
    "Cref",
    "autoref",
    "citeauthor",
    "citeyear",
    "else",
    "fi",
    "newline",
    "par",
    "today",
    "@startsection",
    "thesection",
    "newenvironment",
    "textbf",
    "emph",
    "textit",
    "maketitle",
    "date",
];

/// Tells whether a definition of `name` by the author is ignored.
pub(super) fn is_structure(name: &str) -> bool {
    STRUCTURE.contains(&name)
}

/// Environments whose content is no text.
pub(super) fn is_hidden_environment(name: &str) -> bool {
    const HIDDEN: &[&str] = &[
        "tikzpicture",
        "pgfpicture",
        "picture",
        "CCSXML",
        "comment",
        "filecontents",
        "filecontents*",
        "pspicture",
        "pspicture*",
        "axis",
        "tikzcd",
        "forest",
        "feynman",
        "asy",
        "xy",
        "overpic",
        "scope",
        "Overpic",
        "dot2tex",
        "circuitikz",
        "chemfig",
        "pgfonlayer",
        "keyvalues",
        "luacode",
        "luacode*",
        "abc",
        "lilypond",
    ];
    HIDDEN.contains(&name)
}

/// Environments that set mathematics apart, and whether each of their rows has a number.
pub(super) fn math_environment(name: &str) -> Option<bool> {
    Some(match name {
        "equation" | "multline" | "dmath" | "flalign" | "align" | "eqnarray"
        | "gather" | "alignat" | "IEEEeqnarray" | "subequation" | "dgroup" => true,
        "equation*" | "multline*" | "flalign*" | "align*" | "eqnarray*" | "gather*"
        | "alignat*" | "displaymath" | "IEEEeqnarray*" | "dmath*" | "math"
        | "xalignat*" => false,
        _ => return None,
    })
}

/// Environments that are shown letter by letter.
pub(super) fn is_verbatim(name: &str) -> bool {
    let name = name.strip_suffix('*').unwrap_or(name);
    [
        "verbatim",
        "Verbatim",
        "lstlisting",
        "minted",
        "alltt",
        "BVerbatim",
        "LVerbatim",
        "VerbatimOut",
        "SaveVerbatim",
        "spverbatim",
        "ltxexample",
        "LTXexample",
        "ctexexam",
        "verbatimtab",
        "rawhtml",
    ]
    .contains(&name)
}

/// Arguments of environments that are no text themselves, in the code of this module's lists.
pub(super) fn environment_arguments(name: &str) -> &'static str {
    match name.strip_suffix('*').unwrap_or(name) {
        "figure" | "table" | "algorithm" | "longtable" | "wraptable@"
        | "subequations" | "sidewaystable" | "sidewaysfigure" | "enumerate"
        | "itemize" | "description" | "deluxetable@" | "center" | "algorithmic"
        | "mdframed" | "tcolorbox" | "listing" | "compactitem" | "compactenum"
        | "inparaenum" | "asparaenum" | "SCfigure" => "o",
        "minipage" | "subfigure" | "subtable" => "ooom",
        "wrapfigure" | "wraptable" | "floatingfigure" => "omom",
        "multicols" => "mo",
        "adjustwidth" => "mm",
        "spacing" | "adjustbox" | "keywords@" | "CJK@" | "otherlanguage"
        | "resizebox@" | "appendices@" | "subappendices@" | "savenotes@"
        | "landscape@" | "lrbox" => "m",
        "CJK" => "omm",
        "list" | "cases@" => "mm",
        "tabularx" | "tabulary" => "mom",
        "tabular" | "array" | "tabu" | "supertabular" | "xtabular" | "NiceTabular"
        | "longtblr" | "tblr" | "deluxetable" | "longtabu" | "mpsupertabular" => "om",
        "fulltable" => "o",
        _ => "",
    }
}
