//! A template as the scaffolder sees it: its steps, and the parameters that it asks for.

use serde_json::{Map, Value};

use crate::catalog::EntityRef;

/// A Template entity, ready to be run.
#[derive(Clone, Debug)]
pub struct Template {
    pub reference: EntityRef,
    pub steps: Vec<Step>,
    /// The forms that ask for parameters, as JSON schemas.
    forms: Vec<Value>,
}

/// One step of a template.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: String,
    pub name: String,
    pub action: String,
    /// The value of `if`: without one the step always runs.
    pub condition: Option<Value>,
    pub input: Value,
}

impl Template {
    /// Reads a Template entity of the catalog, which has validated it.
    pub fn from_entity(entity: &Value) -> Option<Self> {
        let spec = &entity["spec"];
        let steps = spec["steps"].as_array()?;
        let forms = match &spec["parameters"] {
            Value::Array(forms) => forms.clone(),
            Value::Object(_) => vec![spec["parameters"].clone()],
            _ => Vec::new(),
        };
        Some(Self {
            reference: EntityRef::of(entity)?,
            steps: steps.iter().enumerate().map(|(index, step)| Step::new(index, step)).collect(),
            forms,
        })
    }

    /// The parameters of a task: the ones given, and the defaults of the others.
    ///
    /// # Errors
    ///
    /// One text per parameter that is missing, or that its schema refuses.
    pub fn parameters(&self, mut given: Map<String, Value>) -> Result<Value, Vec<String>> {
        let mut problems = Vec::new();
        for (name, schema, required) in self.fields() {
            match given.get(name) {
                Some(value) => problems.extend(refused(name, value, schema)),
                None if !schema["default"].is_null() => {
                    given.insert(name.to_owned(), schema["default"].clone());
                }
                None if required => problems.push(format!("parameter `{name}` is missing")),
                None => {}
            }
        }
        if problems.is_empty() { Ok(Value::Object(given)) } else { Err(problems) }
    }

    /// An acceptable value for each required parameter without a default.
    pub fn example_parameters(&self) -> Map<String, Value> {
        let wanted = self.fields().filter(|(_, schema, required)| *required && schema["default"].is_null());
        wanted.map(|(name, schema, _)| (name.to_owned(), example(schema))).collect()
    }

    /// Name, schema and whether it is required, of every parameter.
    fn fields(&self) -> impl Iterator<Item = (&str, &Value, bool)> {
        self.forms.iter().flat_map(|form| {
            let required = form["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            let properties = form["properties"].as_object().into_iter().flatten();
            properties.map(move |(name, schema)| {
                let required = required.iter().any(|wanted| wanted == name.as_str());
                (name.as_str(), schema, required)
            })
        })
    }
}

impl Step {
    fn new(index: usize, step: &Value) -> Self {
        let action = step["action"].as_str().unwrap_or_default().to_owned();
        let id = step["id"].as_str().map_or_else(|| format!("step-{}", index + 1), str::to_owned);
        Self {
            name: step["name"].as_str().unwrap_or(&id).to_owned(),
            id,
            action,
            condition: step.get("if").cloned(),
            input: step["input"].clone(),
        }
    }
}

/// Why a schema refuses a value: only types and enumerations are looked at.
fn refused(name: &str, value: &Value, schema: &Value) -> Option<String> {
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !fits {
        return Some(format!("parameter `{name}` must be of type {}", schema["type"]));
    }
    let choices = schema["enum"].as_array()?;
    (!choices.contains(value)).then(|| format!("parameter `{name}` must be one of {}", schema["enum"]))
}

fn example(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => Value::from(1),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        Some("object") => Value::Object(Map::new()),
        _ => match schema["ui:field"].as_str() {
            Some("RepoUrlPicker") => Value::from("github.com?owner=acme&repo=example"),
            Some("OwnerPicker") => Value::from("group:default/example"),
            _ => Value::from("example"),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template() -> Template {
        Template::from_entity(&json!({
            "kind": "Template", "metadata": {"name": "service"},
            "spec": {
                "parameters": [
                    {"required": ["name"], "properties": {"name": {"type": "string"}, "port": {"type": "integer", "default": 80}}},
                    {"required": ["db"], "properties": {"db": {"type": "string", "enum": ["none", "sql"]}}},
                ],
                "steps": [{"action": "debug:log"}, {"id": "x", "action": "debug:log", "if": false}],
            },
        }))
        .unwrap()
    }

    fn given(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn defaults_fill_in_what_is_not_given() {
        let parameters = template().parameters(given(json!({"name": "web", "db": "sql"})));
        assert_eq!(parameters, Ok(json!({"name": "web", "db": "sql", "port": 80})));
    }

    #[test]
    fn missing_and_wrong_parameters_are_all_told() {
        let problems = template().parameters(given(json!({"db": "mongo", "port": "80"}))).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn example_parameters_are_accepted() {
        let template = template();
        assert!(template.parameters(template.example_parameters()).is_ok());
    }

    #[test]
    fn steps_without_an_id_get_one() {
        let template = template();
        assert_eq!(template.steps[0].name, "step-1");
        assert_eq!(template.steps[1].condition, Some(json!(false)));
    }
}
