//! The two actions that push profiles somewhere; every vendor has them under the same names.

use hrflow_core::{Action, ActionInfo, ActionType, FormatName, Origin, Result, Target, TriggerType};

use crate::{Profile, ProfileList, Profiles};

/// Turns a profile into a target's item.
pub type Format<T> = fn(&Profile) -> Result<<T as Target>::Item>;

/// `push_profile`: one profile, set off by an event about it.
pub fn push_profile<T: Target>(
    description: &'static str,
    target: T,
    name: FormatName,
    format: Format<T>,
) -> Action<Profiles, T> {
    push("push_profile", description, TriggerType::Hook, Profiles, target, name, format)
}

/// `push_profile_list`: the profiles of a source, all or what changed, on a schedule.
pub fn push_profile_list<T: Target>(
    description: &'static str,
    target: T,
    name: FormatName,
    format: Format<T>,
) -> Action<ProfileList, T> {
    push("push_profile_list", description, TriggerType::Schedule, ProfileList, target, name, format)
}

fn push<O: Origin<Item = Profile>, T: Target>(
    name: &'static str,
    description: &'static str,
    trigger_type: TriggerType,
    origin: O,
    target: T,
    format_name: FormatName,
    format: Format<T>,
) -> Action<O, T> {
    let info = ActionInfo { name, description, trigger_type, action_type: ActionType::Outbound };
    Action::new(info, origin, target, format_name, format)
}
