//! Whole passes over small folders.

use std::fs;

use telemetry_runtime::testing::Capture;
use tempfile::TempDir;

use super::*;

/// A catalog of the given files.
fn catalog(files: &[(&str, &str)]) -> (TempDir, Catalog) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(&folder, path, text);
    }
    let catalog = Catalog::new(folder.path().to_path_buf(), Duration::from_secs(3600));
    (folder, catalog)
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// One pass over what is due, and what it came to.
async fn pass(catalog: &Catalog) -> (ProcessingCounts, StitchingCounts) {
    *catalog.lock_counts() = Default::default();
    catalog.discover().await.unwrap();
    catalog.process_due(|_, _| {}).await;
    catalog.stitch_due();
    catalog.counts()
}

fn user(name: &str, groups: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: {name}\nspec:\n  memberOf: [{groups}]\n"
    )
}

fn location(targets: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all\nspec:\n  targets: [{targets}]\n"
    )
}

fn counts(unchanged: usize, changed: usize, errors: usize, failed: usize) -> ProcessingCounts {
    ProcessingCounts { unchanged, changed, errors, failed }
}

#[tokio::test]
async fn every_document_ends_in_one_count() {
    let two = format!("{}---\n{}", user("ada", ""), user("-bad-", ""));
    let (_folder, catalog) =
        catalog(&[("users.yaml", &two), ("broken.yml", "a: [1"), ("note.txt", "kind: User")]);
    assert_eq!(pass(&catalog).await.0, counts(0, 1, 1, 1));
    let reports: Vec<String> = catalog.reports().0.iter().map(Report::to_string).collect();
    assert!(reports[0].starts_with("broken.yml:"), "{reports:?}");
    assert!(reports[1].starts_with("users.yaml:11:9: `metadata.name` is `-bad-`"), "{reports:?}");
}

#[tokio::test]
async fn second_pass_over_the_same_files_changes_nothing() {
    let (_folder, catalog) = catalog(&[
        ("ada.yaml", &user("ada", "team")),
        ("broken.yaml", "a: [1"),
        ("foreign.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Ship\nmetadata: {name: x}\n"),
    ]);
    assert_eq!(pass(&catalog).await.0, counts(0, 1, 1, 1));
    catalog.refresh(Path::new("")).await;
    assert_eq!(pass(&catalog).await, (counts(3, 0, 0, 0), StitchingCounts::default()));
}

#[tokio::test]
async fn changed_file_is_processed_again_and_only_it() {
    let (folder, catalog) = catalog(&[("ada.yaml", &user("ada", "")), ("bob.yaml", &user("bob", ""))]);
    pass(&catalog).await;
    write(&folder, "ada.yaml", &user("ada", "team"));
    assert_eq!(pass(&catalog).await.0, counts(0, 1, 0, 0));
}

#[tokio::test]
async fn relations_are_stitched_into_both_ends() {
    let group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
    let (_folder, catalog) = catalog(&[("ada.yaml", &user("ada", "team, ghosts")), ("team.yaml", group)]);
    let (_, stitched) = pass(&catalog).await;
    let expected = StitchingCounts { changed: 2, unchanged: 0, abandoned: 1 };
    assert_eq!(stitched, expected);
    let team = catalog.entity(&EntityRef::new("group", "default", "team")).unwrap();
    assert_eq!(team["relations"][0]["type"], "hasMember");
    assert_eq!(team["relations"][0]["targetRef"], "user:default/ada");
    assert_eq!((catalog.size().relations, catalog.size().dangling_relations), (4, 1));
}

#[tokio::test]
async fn vanished_entity_leaves_its_neighbours_relations() {
    let group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
    let (folder, catalog) = catalog(&[("ada.yaml", &user("ada", "team")), ("team.yaml", group)]);
    pass(&catalog).await;
    fs::remove_file(folder.path().join("ada.yaml")).unwrap();
    pass(&catalog).await;
    assert_eq!(catalog.entities(Some(Kind::User)), Vec::<Value>::new());
    let team = catalog.entity(&EntityRef::new("group", "default", "team")).unwrap();
    assert_eq!(team["relations"], serde_json::json!([]));
}

#[tokio::test]
async fn locations_are_followed_once_even_in_a_circle() {
    let (_folder, catalog) = catalog(&[
        ("all.yaml", &location("./people/*.txt, ./all.yaml, ./more.conf")),
        ("people/ada.txt", &user("ada", "")),
        ("more.conf", &location("./all.yaml").replace("all\nspec", "more\nspec")),
    ]);
    assert_eq!(pass(&catalog).await.0, counts(0, 3, 0, 0));
    assert_eq!(catalog.entities(None).len(), 3);
    assert_eq!((catalog.size().files, catalog.size().documents), (3, 3));
}

#[tokio::test]
async fn missing_target_is_a_problem_and_a_remote_one_a_note() {
    let (_folder, catalog) = catalog(&[("all.yaml", &location("./none.yaml, 'https://example.com/x.yaml'"))]);
    assert_eq!(pass(&catalog).await.0, counts(0, 0, 1, 0));
    let (problems, notes) = catalog.reports();
    assert_eq!(problems[0].to_string(), "all.yaml:6:13: target `./none.yaml` does not exist");
    assert!(notes[0].message.contains("not followed"), "{notes:?}");
    assert_eq!(catalog.entities(Some(Kind::Location)).len(), 1);
}

#[tokio::test]
async fn entity_that_breaks_keeps_its_last_good_form() {
    let (folder, catalog) = catalog(&[("ada.yaml", &user("ada", ""))]);
    pass(&catalog).await;
    write(&folder, "ada.yaml", "kind: [");
    assert_eq!(pass(&catalog).await.0, counts(0, 0, 0, 1));
    assert_eq!(catalog.entities(None).len(), 1);
}

#[tokio::test]
async fn second_definition_of_an_entity_is_refused() {
    let (_folder, catalog) = catalog(&[("a.yaml", &user("ada", "")), ("b.yaml", &user("Ada", ""))]);
    assert_eq!(pass(&catalog).await.0, counts(0, 1, 1, 0));
    let (problems, _) = catalog.reports();
    assert_eq!(problems[0].to_string(), "b.yaml:4:9: the entity is defined in a.yaml already");
}

#[tokio::test]
async fn placeholders_take_the_text_of_their_file() {
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: web}\n\
               spec: {type: openapi, lifecycle: production, owner: team, definition: {$text: ./web.txt}}\n";
    let (_folder, catalog) = catalog(&[("web.yaml", api), ("web.txt", "openapi: 3.1.0")]);
    assert_eq!(pass(&catalog).await.0, counts(0, 1, 0, 0));
    let web = catalog.entity(&EntityRef::new("api", "default", "web")).unwrap();
    assert_eq!(web["spec"]["definition"], "openapi: 3.1.0");
}

#[tokio::test]
async fn scm_message_reads_its_file_again() {
    let (folder, catalog) =
        catalog(&[("org/ada.yaml", &user("ada", "")), ("org/bob.yaml", &user("bob", ""))]);
    pass(&catalog).await;
    write(&folder, "org/ada.yaml", &user("ada", "team"));
    let message =
        serde_json::from_value(serde_json::json!({"type": "location.updated", "path": "./org"})).unwrap();
    assert_eq!(catalog.receive(&message).await, Ok(2));
    *catalog.lock_counts() = Default::default();
    catalog.process_due(|_, _| {}).await;
    assert_eq!(catalog.counts().0, counts(1, 1, 0, 0));
}

#[tokio::test]
async fn broken_location_keeps_the_files_that_it_named() {
    let (folder, catalog) = catalog(&[("all.yaml", &location("./ada.txt")), ("ada.txt", &user("ada", ""))]);
    pass(&catalog).await;
    write(&folder, "all.yaml", "kind: [");
    assert_eq!(pass(&catalog).await.0, counts(0, 0, 0, 1));
    pass(&catalog).await;
    assert_eq!(catalog.entities(Some(Kind::User)).len(), 1);
}

#[tokio::test]
async fn pass_ends_though_its_documents_are_due_again_meanwhile() {
    let (folder, _) = catalog(&[("ada.yaml", &user("ada", "")), ("bob.yaml", &user("bob", ""))]);
    let catalog = Catalog::new(folder.path().to_path_buf(), Duration::ZERO);
    assert_eq!(pass(&catalog).await.0, counts(0, 2, 0, 0));
}

#[telemetry_runtime::test]
#[tokio::test]
async fn document_that_cannot_be_read_is_a_failed_run(capture: &Capture) {
    let (_folder, catalog) = catalog(&[("broken.yaml", "a: [1")]);
    pass(&catalog).await;
    capture.assert_spans(
        "
        discover [ok]
        ProcessingRun [error] backstage.catalog.document=broken.yaml#0 backstage.catalog.processing.result=failed",
    );
    assert_eq!(capture.counter("processed.entities.count", &[("result", "failed")]), 1);
    assert_eq!(capture.counter("processed.entities.count", &[]), 1);
    assert_eq!(capture.gauge("entities.count", &[("kind", "user")]), 0);
}
