//! `hrflow sandbox`: the files that it writes, and what it says to do with them.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Command},
};

use common::Home;

/// A sandbox that serves, and the first lines that it printed. It is killed in the end.
struct Serving(Child, String);

impl Serving {
    /// Waits for the line that holds `last`.
    fn start(home: &Home, arguments: &str, last: &str) -> Self {
        let mut child = home.command(arguments).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains(last) {
            assert_ne!(stdout.read_line(&mut printed).unwrap(), 0, "{printed}");
        }
        Self(child, printed)
    }

    fn stop(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn read(home: &Home, name: &str) -> String {
    std::fs::read_to_string(home.0.path().join(name)).unwrap()
}

#[test]
fn its_workflow_file_runs_as_it_is() {
    let home = Home::new();
    let sandbox = "sandbox --profiles people.jsonl --workflow w.yaml";
    let serving = Serving::start(&home, sandbox, "see what arrived");
    for told in [" check w.yaml", " run w.yaml --dry-run", " run w.yaml --from people.jsonl"] {
        assert!(serving.1.contains(told), "{}", serving.1);
        let ran = home.run(told);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert!(!serving.1.contains("EOF") && !serving.1.contains("profiles.json"), "{}", serving.1);
    let ran = home.run("run w.yaml --json");
    assert_eq!((ran.code, ran.event("write_duplicate")), (Some(0), 1), "{ran:?}");
    assert_eq!(serving.stop(), Some(0));

    for name in ["people.jsonl", "w.yaml"] {
        let mode = std::fs::metadata(home.0.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let mut names: Vec<_> =
        std::fs::read_dir(home.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".hrflow", "people.jsonl", "w.yaml"]);
}

#[test]
fn programs_are_told_where_jobadder_is() {
    let home = Home::new();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (api, identity) = (free(), free());
    let arguments = format!("sandbox --json --jobadder-port {api} --jobadder-identity-port {identity}");
    let serving = Serving::start(&home, &arguments, "}\n");
    let line: serde_json::Value = serde_json::from_str(&serving.1).unwrap();
    assert_eq!(line["jobadder"], format!("http://127.0.0.1:{api}/v2/"));
    assert_eq!(line["jobadder_identity"], format!("http://127.0.0.1:{identity}"));
    let credentials = line["credentials"]["jobadder"].as_object().unwrap();
    let names = ["account", "authorization_code", "client_id", "client_secret", "instance", "redirect_uri"];
    assert_eq!(credentials.keys().collect::<Vec<_>>(), names);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn its_json_says_where_everything_is_and_how_to_get_in() {
    let home = Home::new();
    let ports =
        "--hrflow-port 0 --teamtailor-port 0 --ukgpro-port 0 --ukgpro-identity-port 0 --ceipal-port 0";
    let serving = Serving::start(&home, &format!("sandbox --json {ports}"), "}\n");
    let line: serde_json::Value = serde_json::from_str(&serving.1).unwrap();
    for server in ["hrflow", "teamtailor", "ukgpro", "ukgpro_identity", "ceipal", "files", "control"] {
        assert!(line[server].as_str().unwrap().starts_with("http://127.0.0.1:"), "{server}");
    }
    let credentials = &line["credentials"];
    for (vendor, name) in
        [("teamtailor", "key"), ("ukgpro", "client_secret"), ("ukgpro", "tenant"), ("ceipal", "api_key")]
    {
        assert!(credentials[vendor][name].is_string(), "{vendor} {name}");
    }
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_new_one_overwrites_what_an_old_one_wrote() {
    let home = Home::new();
    let sandbox = "sandbox --json --profiles people.jsonl --workflow w.yaml";
    let first = Serving::start(&home, sandbox, "}\n");
    let workflow = read(&home, "w.yaml");
    assert_eq!(first.stop(), Some(0));
    let second = Serving::start(&home, sandbox, "}\n");
    assert_ne!(read(&home, "w.yaml"), workflow);
    assert_eq!(home.run("check w.yaml").code, Some(0));
    assert_eq!(second.stop(), Some(0));
}

#[test]
fn an_edited_file_is_never_overwritten() {
    let home = Home::new();
    let both = "sandbox --json --workflow w.yaml --profiles people.jsonl";
    let serving = Serving::start(&home, &format!("{both} --generate 3"), "}\n");
    let (workflow, people) = (read(&home, "w.yaml"), read(&home, "people.jsonl"));
    assert_eq!(serving.stop(), Some(0));
    // A port that is taken: an edited file is reported before anything listens.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let rejects = |name: &str, text: &str| {
        home.write(name, text);
        let ran = home.run(&format!("{both} --hrflow-port {port}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{text}");
        assert_eq!(
            ran.stderr,
            format!(
                "{name} exists and is not as `hrflow sandbox` wrote it. Move it away, or give another name.\n"
            )
        );
        assert_eq!(read(&home, name), text);
    };
    let made_real = workflow.replacen("http://127.0.0.1:", "https://api.hrflow.ai/", 1);
    let (first, rest) = workflow.split_once('\n').unwrap();
    let with_tag = workflow.replace("options:", "  tags: [mine]\noptions:");
    let with_remark = format!("{workflow}# mine\n");
    for text in ["connector: teamtailor\n", "", made_real.as_str(), rest, first, &with_tag, &with_remark] {
        rejects("w.yaml", text);
    }
    home.write("w.yaml", &workflow);
    let renamed = people.replacen("first_name\":\"", "first_name\":\"X", 1);
    let shorter = people.split_once('\n').unwrap().1;
    for text in ["{\"source\": {\"key\": \"real\"}}\n", "", renamed.as_str(), shorter, people.trim_end()] {
        rejects("people.jsonl", text);
    }
    // As another sandbox wrote them, with more profiles and other ports, they are replaced.
    home.write("people.jsonl", &people);
    let serving = Serving::start(&home, both, "}\n");
    assert_eq!(read(&home, "people.jsonl").lines().count() + 3, people.lines().count());
    assert_eq!(serving.stop(), Some(0));

    let ran = home.run("sandbox --workflow .");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = home.run("sandbox --profiles /dev/zero");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = home.run("sandbox --workflow none/w.yaml");
    let expected = "cannot write none/w.yaml: No such file or directory (os error 2)\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), expected));
}
