//! Entries in the styles that bibliographies are printed in.

use expect_test::{Expect, expect};

use super::parse;

fn check(text: &str, expected: Expect) {
    let r = parse("key", text);
    let more = if r.more_authors { " +" } else { "" };
    expected.assert_eq(&format!(
        "{}{more} | {} | {} | {} | {} | {}",
        r.authors.join("; "),
        r.title,
        r.year.map_or(String::new(), |y| y.to_string()),
        r.venue.unwrap_or_default(),
        r.arxiv.unwrap_or_default(),
        r.doi.unwrap_or_default(),
    ));
}

#[test]
fn author_year_of_acl_and_acm() {
    check(
        "Junnan Li, Dongxu Li, and Steven C. H. Hoi. 2023e. BLIP-2: Bootstrapping pre-training. \
         In International Conference on Machine Learning, pages 19730–19742. PMLR.",
        expect![
            "Junnan Li; Dongxu Li; Steven C. H. Hoi | BLIP-2: Bootstrapping pre-training | 2023 | International Conference on Machine Learning |  | "
        ],
    );
    check(
        "OpenAI. 2023. GPT-4 Technical Report.",
        expect!["OpenAI | GPT-4 Technical Report | 2023 |  |  | "],
    );
    check(
        "the vicuna team. 2023. Vicuna: An open chatbot. https://vicuna.example.org/2024/",
        expect!["the vicuna team | Vicuna: An open chatbot | 2023 |  |  | "],
    );
}

#[test]
fn springer_ends_its_authors_by_a_colon() {
    check(
        "[34] Taylor, W.L.: “Cloze procedure”: A new tool for measuring readability. Journalism \
         quarterly 30(4), 415–433 (1953)",
        expect![
            "W.L. Taylor | “Cloze procedure”: A new tool for measuring readability | 1953 | Journalism quarterly |  | "
        ],
    );
    check(
        "[10] Li, X., Yin, X., et al.: Oscar: Object-semantics aligned pre-training. In: ECCV \
         (2020). https://arxiv.org/pdf/2004. 06165",
        expect![
            "X. Li; X. Yin + | Oscar: Object-semantics aligned pre-training | 2020 | ECCV | 2004.06165 | "
        ],
    );
}

#[test]
fn ieee_quotes_its_titles() {
    check(
        "[5] A. Vaswani, N. Shazeer, and I. Polosukhin, “Attention is all you need,” in Proc. \
         Adv. Neural Inf. Process. Syst., 2017, pp. 5998–6008.",
        expect![
            "A. Vaswani; N. Shazeer; I. Polosukhin | Attention is all you need | 2017 | Proc. Adv. Neural Inf. Process. Syst |  | "
        ],
    );
    check(
        "K. He et al., \"Deep residual learning,\" IEEE Trans. Image Process., vol. 25, no. 2, \
         pp. 1998–2007, Feb. 2016, doi: 10.1109/TIP.2016.12.",
        expect![
            "K. He + | Deep residual learning | 2016 | IEEE Trans. Image Process |  | 10.1109/tip.2016.12"
        ],
    );
}

#[test]
fn elsevier_ends_its_titles_by_a_comma() {
    check(
        "[7] S. Ren, K. He, Faster r-cnn: Towards real-time detection, in: Advances in Neural \
         Information Processing Systems, 2015, pp. 91–99.",
        expect![
            "S. Ren; K. He | Faster r-cnn: Towards real-time detection | 2015 | Advances in Neural Information Processing Systems |  | "
        ],
    );
    check(
        "J. Schmidhuber, Deep learning in neural networks: An overview, Neural Networks 61 \
         (2015) 85–117.",
        expect![
            "J. Schmidhuber | Deep learning in neural networks: An overview | 2015 | Neural Networks |  | "
        ],
    );
}

#[test]
fn nature_vancouver_and_apa() {
    check(
        "LeCun, Y., Bengio, Y. & Hinton, G. Deep learning. Nature 521, 436–444 (2015).",
        expect!["Y. LeCun; Y. Bengio; G. Hinton | Deep learning | 2015 | Nature |  | "],
    );
    check(
        "12. Esteva A, Kuprel B, Novoa RA, et al. Dermatologist-level classification of skin \
         cancer. Nature. 2017;542:115–118. doi:10.1038/nature21056",
        expect![
            "A Esteva; B Kuprel; RA Novoa + | Dermatologist-level classification of skin cancer | 2017 | Nature |  | 10.1038/nature21056"
        ],
    );
    check(
        "Vaswani, A., Shazeer, N., & Parmar, N. (2017). Attention is all you need. Advances in \
         Neural Information Processing Systems, 30, 5998–6008.",
        expect![
            "A. Vaswani; N. Shazeer; N. Parmar | Attention is all you need | 2017 | Advances in Neural Information Processing Systems |  | "
        ],
    );
}

#[test]
fn years_at_the_end() {
    check(
        "Kaiming He, Haoqi Fan, and Ross Girshick. Momentum contrast for unsupervised visual \
         representation learning. In CVPR, 2020. 2, 5, 8",
        expect![
            "Kaiming He; Haoqi Fan; Ross Girshick | Momentum contrast for unsupervised visual representation learning | 2020 | CVPR |  | "
        ],
    );
    check(
        "Radford, Alec, Metz, Luke, and Chintala, Soumith. Unsupervised representation learning \
         with DCGANs. arXiv preprint arXiv:1511.06434, 2015.",
        expect![
            "Alec Radford; Luke Metz; Soumith Chintala | Unsupervised representation learning with DCGANs | 2015 | arXiv | 1511.06434 | "
        ],
    );
    check(
        "Devlin, J.; Chang, M.-W.; and Toutanova, K. 2019. BERT: Pre-training of transformers. \
         In NAACL.",
        expect![
            "J. Devlin; M.-W. Chang; K. Toutanova | BERT: Pre-training of transformers | 2019 | NAACL |  | "
        ],
    );
}

#[test]
fn entries_without_a_title() {
    check(
        "J. Maldacena, Phys. Rev. Lett. 12, 345 (1999), hep-th/9711200.",
        expect!["J. Maldacena |  | 1999 | Phys. Rev. Lett | hep-th/9711200 | "],
    );
    check(
        "Smith, J., & Doe, K. 2015, ApJ, 800, 12",
        expect!["J. Smith; K. Doe |  | 2015 | ApJ |  | "],
    );
}

#[test]
fn chinese_entries() {
    check(
        "[3] 张三, 李四, 王五, 等. 视觉语言预训练模型综述[J]. 计算机学报, 2022, 45(3): 1-20.",
        expect!["张三; 李四; 王五 + | 视觉语言预训练模型综述 | 2022 | 计算机学报 |  | "],
    );
    check(
        "[4] VASWANI A, SHAZEER N, PARMAR N, et al. Attention is all you need[C]//Advances in \
         Neural Information Processing Systems. 2017: 5998-6008.",
        expect![
            "A Vaswani; N Shazeer; N Parmar + | Attention is all you need | 2017 | Advances in Neural Information Processing Systems |  | "
        ],
    );
}

#[test]
fn questions_go_on_or_end() {
    check(
        "Joao Carreira and Andrew Zisserman. 2017. Quo vadis, action recognition? A new model \
         and the kinetics dataset. In CVPR.",
        expect![
            "Joao Carreira; Andrew Zisserman | Quo vadis, action recognition? A new model and the kinetics dataset | 2017 | CVPR |  | "
        ],
    );
    check(
        "Yan Zeng and Tao Kong. 2023. What matters in training? arXiv preprint arXiv:2307.02469.",
        expect![
            "Yan Zeng; Tao Kong | What matters in training? | 2023 | arXiv | 2307.02469 | "
        ],
    );
}

#[test]
fn nothing_is_made_up() {
    check("", expect![" |  |  |  |  | "]);
    check("[12]", expect![" |  |  |  |  | "]);
    check("ibid.", expect![" | ibid |  |  |  | "]);
}

#[test]
fn fields_of_markup_are_believed() {
    let fields: Vec<(String, String)> = [
        ("author", "He, Kaiming and Zhang, Xiangyu and others"),
        ("title", "{Deep} residual learning"),
        ("year", "2016"),
        ("eprint", "1512.03385"),
    ]
    .iter()
    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
    .collect();
    let r = super::from_fields("he", "K. He. Deep. 2015.", &fields);
    assert_eq!(r.authors, ["Kaiming He", "Xiangyu Zhang"]);
    assert_eq!(
        (r.title.as_str(), r.year, r.more_authors),
        ("Deep residual learning", Some(2016), true)
    );
    assert_eq!(r.arxiv.as_deref(), Some("1512.03385"));
}
