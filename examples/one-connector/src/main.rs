//! Pushes profiles from standard input, one JSON object per line, to Teamtailor. It compiles neither another connector nor
//! SQLite, jq, or a database driver.

use std::{env::var, error::Error, io::stdin};

use connector_teamtailor::push_profile;
use futures::{StreamExt, stream};
use hrflow_core::parameters::read;
use serde_json::{Value, from_str, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut target =
        json!({ "Authorization": var("TEAMTAILOR_AUTHORIZATION")?, "X_Api_Version": "20240904" });
    if let Ok(url) = var("TEAMTAILOR_API_URL") {
        target["api_url"] = Value::String(url);
    }
    let mut profiles = Vec::new();
    for line in stdin().lines() {
        profiles.push(Ok(from_str(&line?)?));
    }
    let result =
        push_profile().run_items(stream::iter(profiles).boxed(), read("target_parameters", &target)?).await;
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}
