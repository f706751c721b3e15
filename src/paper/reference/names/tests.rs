//! Lists of names in every order.

use super::*;

fn check(text: &str, expected: &str, rest: &str) {
    let names = leading_names(text).unwrap_or_default();
    let mut got = names.authors.join("; ");
    if names.more {
        got.push_str(" +");
    }
    assert_eq!((got.as_str(), &text[names.end..]), (expected, rest), "{text}");
}

#[test]
fn names_in_every_order() {
    check(
        "Xiang Lisa Li and Percy Liang. 2021. Prefix",
        "Xiang Lisa Li; Percy Liang",
        ". 2021. Prefix",
    );
    check(
        "Ze Liu, Andrew M Dai, Furu Wei, et al. 2020. X",
        "Ze Liu; Andrew M Dai; Furu Wei +",
        " 2020. X",
    );
    check(
        "Vaswani, A., Shazeer, N., et al.: Attention",
        "A. Vaswani; N. Shazeer +",
        ": Attention",
    );
    check("Li, L.-J., Van Den Hengel, A.: V", "L.-J. Li; A. Van Den Hengel", ": V");
    check("Wang, Y.- F., Xu, S.-t.: R", "Y.-F. Wang; S.-t. Xu", ": R");
    check(
        "LeCun, Y., Bengio, Y. & Hinton, G. Deep learning. Nature",
        "Y. LeCun; Y. Bengio; G. Hinton",
        " Deep learning. Nature",
    );
    check(
        "A. Vaswani, N. Shazeer, and I. Polosukhin, “Attention",
        "A. Vaswani; N. Shazeer; I. Polosukhin",
        ", “Attention",
    );
    check(
        "K. He, X. Zhang, Identity Mappings, in:",
        "K. He; X. Zhang",
        ", Identity Mappings, in:",
    );
    check(
        "VASWANI A, SHAZEER N, PARMAR N, et al. Attention",
        "A Vaswani; N Shazeer; N Parmar +",
        " Attention",
    );
    check(
        "Radford, Alec, Metz, Luke, and Chintala, Soumith. Unsupervised",
        "Alec Radford; Luke Metz; Soumith Chintala",
        ". Unsupervised",
    );
    check(
        "Devlin, Jacob; Chang, Ming-Wei; and Lee, Kenton. 2019",
        "Jacob Devlin; Ming-Wei Chang; Kenton Lee",
        ". 2019",
    );
    check(
        "Vaswani, Ashish, Noam Shazeer, and Niki Parmar. “A",
        "Ashish Vaswani; Noam Shazeer; Niki Parmar",
        ". “A",
    );
    check(
        "OpenAI. 2023. GPT-4 Technical Report.",
        "OpenAI",
        ". 2023. GPT-4 Technical Report.",
    );
    check("张三, 李四, 等. 题名[J]", "张三; 李四 +", " 题名[J]");
    check("Deep learning is great. Nature", "", "Deep learning is great. Nature");
    check(
        "S. Ren, K. He, Faster r-cnn: towards",
        "S. Ren; K. He",
        ", Faster r-cnn: towards",
    );
    check(
        "Félix de Chaumont Quitry, Dalia El Badawy, and William H. Press Jr. 2023",
        "Félix de Chaumont Quitry; Dalia El Badawy; William H. Press Jr",
        " 2023",
    );
}

#[test]
fn family_names_fold() {
    assert_eq!(family("Piotr Dollár"), "dollar");
    assert_eq!(family("William H. Press Jr."), "press");
}
