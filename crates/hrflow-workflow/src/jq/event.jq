# What HrFlow.ai's webhook tells of: a profile, by its key and its source's.
def default_event_parser:
  if type == "array" then
    if length == 1 then .[0] else error("a request holds \(length) events; hand them over one by one") end
  end
  | if type != "object" then error("an event is an object") end
  | (.type // "") as $type
  | if ($type | type) != "string" then error("the type of an event is text") end
  | if $type | startswith("job.") then error("it is an event of a job, not of a profile") end
  | if $type | endswith(".error") then error("it says that HrFlow.ai could not do its work: there is nothing to push") end
  | .profile
  | if type != "object" then error("it holds no profile") end
  | {source_key: (.source.key? // .source_key), profile_key: (.key // .profile_key)}
  | if .profile_key == null then error("it does not say which profile it is of: profile.key is missing") end
  | if .source_key == null then error("it does not say which source the profile is in: profile.source.key is missing") end
  ;
