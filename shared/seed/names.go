package seed

import "strings"

// Given names are common, family names are of no family: plants, birds and
// things of the land. Nobody is called so.
var (
	givenNames = strings.Fields(`Ana Íngrid José María Óscar Úrsula Ángela Raúl Inés Begoña Iván Nuria Elías Sofía
		Andrés Lucía Tomás Verónica Nicolás Íñigo Águeda Germán Belén Simón Mónica Joaquín Adrián Rocío`)
	familyNames = strings.Fields(`Ñandubay Guadualejo Frailejonera Turpialejo Zarzamorales Cañafístula Güichire Yarumalejo
		Cardonzal Piñuelales Ceibarrubia Quiebrapiedra Totumalito Alcaravanes Mochuelar Páramoverde Añilejo
		Chigüirales Guayacanes Robledales Cocuyejo Nogalinda Sietecueros Borrachero Pringamoza Trupillales
		Mangleroja Copetones Tominejo Güiralejo Laurelinda Sauzalejo Bejucales Arrayanes Cigarrales`)
	firmKinds = map[string][]string{
		ClassIPS: {
			"Clínica", "Centro Médico", "Unidad de Diagnóstico", "Fundación", "Laboratorio", "IPS", "Hospital",
			"Odontología", "Casa de Rehabilitación",
		},
		ClassTransport: {"Ambulancias", "Transporte Asistencial"},
		ClassOther:     {"Universidad", "Gimnasio", "Centro de Estética", "Escuela"},
	}
)

// longTail makes a name as long as the longest of the register.
const longTail = " de Medicina Física, Rehabilitación Cardiopulmonar y Atención Integral del Niño Pequeño"

func (c *country) pick(words []string) string { return words[c.rand.IntN(len(words))] }

func (c *country) personName() string {
	return c.pick(givenNames) + " " + c.pick(givenNames) + " " + c.pick(familyNames) + " " + c.pick(familyNames)
}

func (c *country) firmName(class string) string {
	name := c.pick(firmKinds[class]) + " " + c.pick(familyNames)
	switch {
	case c.firms%500 == 0:
		name += longTail
	case c.firms%97 == 0: // a quote in a name is only a quote
		name = c.pick(firmKinds[class]) + ` "La Ñapa" ` + c.pick(familyNames)
	case c.firms%41 == 0:
		name += " & " + c.pick(familyNames) + ", Cía."
	}
	return name
}
