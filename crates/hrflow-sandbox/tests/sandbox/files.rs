use hrflow_sandbox::{Manner, generate_profiles};

use crate::support::World;

#[tokio::test]
async fn files_are_served_as_told() {
    let world = World::empty().await;
    let files = world.sandbox.files();
    let url = files.put_file("a b/ç.pdf", "application/pdf", "content");
    let served = world.fetch(&url).await;
    assert_eq!(
        (served.status, served.header("content-type"), served.text.as_str()),
        (200, "application/pdf", "content")
    );
    files.treat("a b/ç.pdf", Manner::Refuse(403));
    assert_eq!(world.fetch(&url).await.status, 403);
    files.treat("a b/ç.pdf", Manner::Redirect("https://elsewhere.example.com/".to_owned()));
    let moved = world.fetch(&url).await;
    assert_eq!((moved.status, moved.header("location")), (302, "https://elsewhere.example.com/"));
    assert_eq!(world.fetch(&format!("{}/files/other", files.base())).await.status, 404);
}

#[tokio::test]
async fn generated_attachments_are_there_and_as_large_as_said() {
    let world = World::empty().await;
    let attachment = generate_profiles(50, 9)
        .files(world.sandbox.files().base())
        .find_map(|profile| profile["attachments"].as_array()?.first().cloned())
        .unwrap();
    let served = world.client.get(attachment["public_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap().len() as u64, attachment["file_size"].as_u64().unwrap());
}
