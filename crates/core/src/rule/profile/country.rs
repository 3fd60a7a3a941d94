//! Countries by their two letters (ISO 3166-1 alpha-2).

const ALL: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG \
    EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU \
    ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV \
    LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU \
    NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN \
    SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS XK YE YT ZA ZM ZW";

/// The country's letters in upper case, if there is a country of these letters; `XK` counts as one.
pub(super) fn alpha2(text: &str) -> Result<String, &'static str> {
    let letters = text.trim().to_ascii_uppercase();
    let known = letters.len() == 2 && ALL.split(' ').any(|country| country == letters);
    if known { Ok(letters) } else { Err("must be a country's two letters (ISO 3166-1 alpha-2)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order() {
        let all: Vec<_> = ALL.split_whitespace().collect();
        assert_eq!(all.len(), 250);
        assert!(all.is_sorted() && all.iter().all(|country| country.len() == 2));
    }

    #[test]
    fn two_letters_of_a_country_are_taken_in_either_case() {
        assert_eq!(alpha2("cn").as_deref(), Ok("CN"));
        for bad in ["", "C", "ZZ", "CHN", "D E", "é", "UK"] {
            assert!(alpha2(bad).is_err(), "{bad}");
        }
    }
}
