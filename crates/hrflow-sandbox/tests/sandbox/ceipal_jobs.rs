use hrflow_sandbox::ceipal::StatesBy;
use serde_json::{Value, json};

use crate::ceipal_support::Cei;

fn codes(list: &Value) -> Vec<String> {
    let rows = list["results"].as_array().unwrap();
    rows.iter().map(|row| row["job_code"].as_str().unwrap().replace("JPC - ", "")).collect()
}

#[tokio::test]
async fn job_postings() {
    let cei = Cei::start().await;
    let list = cei.get("v1/getJobPostingsList").await.json();
    assert_eq!(codes(&list), ["5", "4", "3", "2", "1"]);
    let row = &list["results"][4];
    assert_eq!(
        (&row["position_title"], &row["public_job_title"]),
        (&json!("Boat builder (internal)"), &json!("Boat builder"))
    );
    assert_eq!(
        (&row["created"], &row["modified"]),
        (&json!("2026-01-02T06:38:35Z"), &json!("2026-01-11 20:31:23"))
    );
    assert_eq!((&row["city"], &row["closing_date"]), (&json!("Springfield"), &json!(" Open Until Filled")));
    assert!(row["requisition_description"].as_str().unwrap().contains("&lt;p&gt;"));
    assert_eq!(row["skills"], "Carpentry,  Welding , ,Caulking,");
    assert!(row.get("client").is_none() && row["company"].is_u64());
    let rates: Vec<&str> = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["pay_rates"].as_array().unwrap())
        .map(|rate| rate["pay_rate"].as_str().unwrap())
        .collect();
    assert_eq!(rates, ["USD/44", "", "1,200-1,500", "40", "40-50"]);

    let two = cei.get("v2/getJobPostingsList/").await.json();
    let row = &two["results"][4];
    assert_eq!((&row["primary_city"], &row["secondary_states"]), (&json!("Springfield"), &json!([])));
    assert!(row.get("city").is_none());
    assert_ne!(row["id"], list["results"][4]["id"]);
}

#[tokio::test]
async fn filters_of_job_postings() {
    let cei = Cei::start().await;
    let found = async |path: &str, query: &[(&str, &str)]| {
        let answer = cei.get_with(path, query).await;
        if answer.status == 404 { Vec::new() } else { codes(&answer.json()) }
    };
    let (one, two) = ("v1/getJobPostingsList/", "v2/getJobPostingsList/");
    let all = ["5", "4", "3", "2", "1"];
    for (path, query, expected) in [
        (one, vec![("job_status", "3")], vec!["5"]),
        (one, vec![("job_status", "2,3")], vec!["5", "4"]),
        (one, vec![("post_on_careerportal", "0")], vec!["4"]),
        (one, vec![("searchkey", "JPC - 2")], vec!["2"]),
        (one, vec![("business_unit_id", "8")], vec![]),
        (one, vec![("fromdate", "04-01-2026"), ("filter", "created")], vec!["5", "4"]),
        (
            one,
            vec![("fromdate", "02-02-2026"), ("todate", "03-02-2026"), ("filter", "created")],
            vec!["3", "2"],
        ),
        // Without `filter=created`, dates are ignored.
        (one, vec![("fromdate", "04-01-2026")], all.to_vec()),
        (one, vec![("modifiedAfter", "2026-04-01 00:00:00")], vec!["5", "4"]),
        (one, vec![("isActive", "0")], all.to_vec()),
        (one, vec![("sortby", "created"), ("sortorder", "asc")], vec!["1", "2", "3", "4", "5"]),
        (two, vec![("isActive", "1")], vec!["3", "2", "1"]),
        (two, vec![("postOnCareerportal", "1"), ("jobStatus", "3")], vec!["5"]),
        (two, vec![("modifiedAfter", "2026-04-01 00:00:00")], vec!["5", "4"]),
        (two, vec![("job_status", "3")], all.to_vec()),
        (two, vec![("jobStatus", "9")], vec![]),
    ] {
        assert_eq!(found(path, &query).await, expected, "{path} {query:?}");
    }
}

#[tokio::test]
async fn details_of_a_job_posting() {
    let cei = Cei::start().await;
    let job = cei.stand_in().jobs()[0].clone();
    let one = cei.get_with("v1/getJobPostingDetails/", &[("job_id", &job.id)]).await.json();
    assert_eq!((&one["id"], &one["client"]), (&json!(job.id), &json!("Example River Works")));
    let encoded = job.id_v2.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let two = cei.get(&format!("v2/getJobPostingDetails/{encoded}/")).await.json();
    assert_eq!((&two["id"], &two["primary_city"]), (&json!(job.id_v2), &json!("Springfield")));
    assert_eq!(cei.get(&format!("v2/getJobPostingDetails/{}/", job.id_v2)).await.status, 404);
    cei.get_with("v1/getJobPostingDetails/", &[("job_id", &job.id_v2)])
        .await
        .assert_refused(404, "Job not found.");
    let seeded = cei.stand_in().seed_job(json!({"job_code": "X", "job_status": "Active"}));
    let read = cei.get_with("v1/getJobPostingDetails/", &[("job_id", &seeded)]).await.json();
    assert_eq!(read["job_code"], "X");
}

#[tokio::test]
async fn lists_of_ids() {
    let cei = Cei::start().await;
    let countries = cei.get("v1/getCountriesList/").await.json();
    assert_eq!(countries[0], json!({"id": 1001, "name": "United States", "iso": "US"}));
    let states = async |country: &str| {
        let list = cei.get(&format!("v1/getStatesList/?country={country}")).await.json();
        list.as_array().unwrap().len()
    };
    assert_eq!(
        (states("US").await, states("CA").await, states("FR").await, states("ZZ").await),
        (51, 13, 0, 0)
    );
    let first = cei.get("v1/getStatesList/?country=US").await.json()[0].clone();
    assert_eq!(first, json!({"id": 20003, "name": "Alabama", "abbreviation": "AL"}));
    assert_eq!((states("1008").await, states("").await), (0, 0));
    cei.stand_in().switch(|s| s.states_by = StatesBy::Id);
    assert_eq!((states("CA").await, states("1008").await), (0, 13));
    cei.stand_in().switch(|s| s.states_by = StatesBy::Either);
    assert_eq!((states("CA").await, states("1008").await), (13, 13));

    assert_eq!(cei.get("v1/getSourcesList").await.json()[1], json!({"id": 32, "name": "API"}));
    let users = cei.get("v2/getUsersList/").await.json();
    assert_eq!(users[0]["email_id"], "api.user@example.com");
    assert_eq!(cei.get("v2/getJobStatusList/").await.json()[0], json!({"id": 1, "name": "Active"}));
    cei.stand_in().switch(|s| s.paged_master_data = true);
    let page = cei.get("v1/getStatesList/?country=US&page=3").await.json();
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(51), 11));
}
