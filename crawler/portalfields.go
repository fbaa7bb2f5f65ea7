package crawler

// A document is one result as the API writes it: only the fields that are used.
type document struct {
	reference list
	summary   list            // the indexed title
	top       portalMetadata  // what lies beside the reference, such as language and url
	meta      *portalMetadata // the record's own; &top if it has none
	problem   string          // why it is no record; "" if it is one
}

// portalMetadata holds the fields of all types. Every one is a list of strings in the API.
type portalMetadata [fieldCount]list

// A field is one name of the metadata, or several that mean the same.
type field int

const (
	fieldIdentifier field = iota
	fieldCallIdentifier
	fieldCallID // of a cascade call: its own number
	fieldType
	fieldStatus
	fieldIndex
	fieldLanguage
	fieldIngested

	fieldTitle
	fieldCallTitle
	fieldAgency // of a cascade call: its title once more
	fieldURL
	fieldProgramme
	fieldDivisions
	fieldActionType
	fieldKeywords
	fieldTags

	fieldStart
	fieldDeadlines
	fieldModel
	fieldActions  // JSON text
	fieldOverview // JSON text
	fieldBudget
	fieldCurrency

	fieldDescriptionByte
	fieldDescription
	fieldConditions
	fieldSupport
	fieldDestinationDescription
	fieldDestinationDetails
	fieldMissionDescription
	fieldMissionDetails
	fieldAdditionalInfo
	fieldFurtherInformation
	fieldBeneficiaries

	fieldCount
)

// portalFields names the fields that are read (captured answers, checked 2026-11-22). Left out are links
// to submission forms, and news (latestInfos), which speaks of sibling topics and would make every
// topic match what its neighbours are about.
var portalFields = map[string]field{
	"identifier": fieldIdentifier, "callIdentifier": fieldCallIdentifier, "callccm2Id": fieldCallID, "type": fieldType,
	"status": fieldStatus, "DATASOURCE": fieldIndex, "datasource": fieldIndex, "language": fieldLanguage,
	"esDA_IngestDate": fieldIngested,

	"title": fieldTitle, "callTitle": fieldCallTitle, "caName": fieldAgency, "url": fieldURL,
	"frameworkProgramme": fieldProgramme, "programmeDivision": fieldDivisions, "typesOfAction": fieldActionType,
	"keywords": fieldKeywords, "tags": fieldTags,

	"startDate": fieldStart, "deadlineDate": fieldDeadlines, "deadlineModel": fieldModel, "actions": fieldActions,
	"budgetOverview": fieldOverview, "budget": fieldBudget, "currency": fieldCurrency,

	"descriptionByte": fieldDescriptionByte, "description": fieldDescription, "topicConditions": fieldConditions,
	"supportInfo": fieldSupport, "destinationDescription": fieldDestinationDescription,
	"destinationDetails": fieldDestinationDetails, "missionDescription": fieldMissionDescription,
	"missionDetails": fieldMissionDetails, "additionalInfo": fieldAdditionalInfo,
	"furtherInformation": fieldFurtherInformation, "beneficiaryAdministration": fieldBeneficiaries,
}

// read takes the value of a key that is used, and steps over any other. Of two keys for one field
// the one that says something is kept.
func (m *portalMetadata) read(key []byte, r *jsonReader) error {
	name, used := portalFields[string(key)]
	if !used {
		_, err := r.skip()
		return err
	}
	var value list
	if err := value.read(r); err != nil {
		return err
	}
	if len(value) > 0 {
		m[name] = value
	}
	return nil
}
