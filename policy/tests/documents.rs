//! The documents of the manual load, all of them.

use doorward_policy::Policy;
use std::path::Path;

#[test]
fn every_policy_of_the_manual_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut documents = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let (document, _) = block.split_once("```").unwrap();
            if let Err(error) = Policy::from_toml(document) {
                panic!("{}: {error}\n{document}", path.display());
            }
            documents += 1;
        }
    }
    assert!(documents >= 5, "{documents}");
}
