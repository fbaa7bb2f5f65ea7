package calls_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
)

// The nineteenth of each month of 2026 at 17:00 in Brussels, as Unicode CLDR 48 writes it in each language;
// written out by its reference implementation, read on 2026-11-22.

// In full, with the hour.
var fullDates = map[string]string{
	"bg": "понеделник, 19 януари 2026 г. в 17:00 | четвъртък, 19 февруари 2026 г. в 17:00 | четвъртък, 19 март 2026 г. в 17:00 | неделя, 19 април 2026 г. в 17:00 | вторник, 19 май 2026 г. в 17:00 | петък, 19 юни 2026 г. в 17:00 | неделя, 19 юли 2026 г. в 17:00 | сряда, 19 август 2026 г. в 17:00 | събота, 19 септември 2026 г. в 17:00 | понеделник, 19 октомври 2026 г. в 17:00 | четвъртък, 19 ноември 2026 г. в 17:00 | събота, 19 декември 2026 г. в 17:00",
	"cs": "pondělí 19. ledna 2026 v 17:00 | čtvrtek 19. února 2026 v 17:00 | čtvrtek 19. března 2026 v 17:00 | neděle 19. dubna 2026 v 17:00 | úterý 19. května 2026 v 17:00 | pátek 19. června 2026 v 17:00 | neděle 19. července 2026 v 17:00 | středa 19. srpna 2026 v 17:00 | sobota 19. září 2026 v 17:00 | pondělí 19. října 2026 v 17:00 | čtvrtek 19. listopadu 2026 v 17:00 | sobota 19. prosince 2026 v 17:00",
	"da": "mandag den 19. januar 2026 kl. 17.00 | torsdag den 19. februar 2026 kl. 17.00 | torsdag den 19. marts 2026 kl. 17.00 | søndag den 19. april 2026 kl. 17.00 | tirsdag den 19. maj 2026 kl. 17.00 | fredag den 19. juni 2026 kl. 17.00 | søndag den 19. juli 2026 kl. 17.00 | onsdag den 19. august 2026 kl. 17.00 | lørdag den 19. september 2026 kl. 17.00 | mandag den 19. oktober 2026 kl. 17.00 | torsdag den 19. november 2026 kl. 17.00 | lørdag den 19. december 2026 kl. 17.00",
	"de": "Montag, 19. Januar 2026 um 17:00 | Donnerstag, 19. Februar 2026 um 17:00 | Donnerstag, 19. März 2026 um 17:00 | Sonntag, 19. April 2026 um 17:00 | Dienstag, 19. Mai 2026 um 17:00 | Freitag, 19. Juni 2026 um 17:00 | Sonntag, 19. Juli 2026 um 17:00 | Mittwoch, 19. August 2026 um 17:00 | Samstag, 19. September 2026 um 17:00 | Montag, 19. Oktober 2026 um 17:00 | Donnerstag, 19. November 2026 um 17:00 | Samstag, 19. Dezember 2026 um 17:00",
	"el": "Δευτέρα 19 Ιανουαρίου 2026 στις 5:00 μ.μ. | Πέμπτη 19 Φεβρουαρίου 2026 στις 5:00 μ.μ. | Πέμπτη 19 Μαρτίου 2026 στις 5:00 μ.μ. | Κυριακή 19 Απριλίου 2026 στις 5:00 μ.μ. | Τρίτη 19 Μαΐου 2026 στις 5:00 μ.μ. | Παρασκευή 19 Ιουνίου 2026 στις 5:00 μ.μ. | Κυριακή 19 Ιουλίου 2026 στις 5:00 μ.μ. | Τετάρτη 19 Αυγούστου 2026 στις 5:00 μ.μ. | Σάββατο 19 Σεπτεμβρίου 2026 στις 5:00 μ.μ. | Δευτέρα 19 Οκτωβρίου 2026 στις 5:00 μ.μ. | Πέμπτη 19 Νοεμβρίου 2026 στις 5:00 μ.μ. | Σάββατο 19 Δεκεμβρίου 2026 στις 5:00 μ.μ.",
	"en": "Monday, January 19, 2026 at 5:00 PM | Thursday, February 19, 2026 at 5:00 PM | Thursday, March 19, 2026 at 5:00 PM | Sunday, April 19, 2026 at 5:00 PM | Tuesday, May 19, 2026 at 5:00 PM | Friday, June 19, 2026 at 5:00 PM | Sunday, July 19, 2026 at 5:00 PM | Wednesday, August 19, 2026 at 5:00 PM | Saturday, September 19, 2026 at 5:00 PM | Monday, October 19, 2026 at 5:00 PM | Thursday, November 19, 2026 at 5:00 PM | Saturday, December 19, 2026 at 5:00 PM",
	"es": "lunes, 19 de enero de 2026, 17:00 | jueves, 19 de febrero de 2026, 17:00 | jueves, 19 de marzo de 2026, 17:00 | domingo, 19 de abril de 2026, 17:00 | martes, 19 de mayo de 2026, 17:00 | viernes, 19 de junio de 2026, 17:00 | domingo, 19 de julio de 2026, 17:00 | miércoles, 19 de agosto de 2026, 17:00 | sábado, 19 de septiembre de 2026, 17:00 | lunes, 19 de octubre de 2026, 17:00 | jueves, 19 de noviembre de 2026, 17:00 | sábado, 19 de diciembre de 2026, 17:00",
	"et": "esmaspäev, 19. jaanuar 2026, kell 17:00 | neljapäev, 19. veebruar 2026, kell 17:00 | neljapäev, 19. märts 2026, kell 17:00 | pühapäev, 19. aprill 2026, kell 17:00 | teisipäev, 19. mai 2026, kell 17:00 | reede, 19. juuni 2026, kell 17:00 | pühapäev, 19. juuli 2026, kell 17:00 | kolmapäev, 19. august 2026, kell 17:00 | laupäev, 19. september 2026, kell 17:00 | esmaspäev, 19. oktoober 2026, kell 17:00 | neljapäev, 19. november 2026, kell 17:00 | laupäev, 19. detsember 2026, kell 17:00",
	"fi": "maanantai 19. tammikuuta 2026 klo 17.00 | torstai 19. helmikuuta 2026 klo 17.00 | torstai 19. maaliskuuta 2026 klo 17.00 | sunnuntai 19. huhtikuuta 2026 klo 17.00 | tiistai 19. toukokuuta 2026 klo 17.00 | perjantai 19. kesäkuuta 2026 klo 17.00 | sunnuntai 19. heinäkuuta 2026 klo 17.00 | keskiviikko 19. elokuuta 2026 klo 17.00 | lauantai 19. syyskuuta 2026 klo 17.00 | maanantai 19. lokakuuta 2026 klo 17.00 | torstai 19. marraskuuta 2026 klo 17.00 | lauantai 19. joulukuuta 2026 klo 17.00",
	"fr": "lundi 19 janvier 2026 à 17:00 | jeudi 19 février 2026 à 17:00 | jeudi 19 mars 2026 à 17:00 | dimanche 19 avril 2026 à 17:00 | mardi 19 mai 2026 à 17:00 | vendredi 19 juin 2026 à 17:00 | dimanche 19 juillet 2026 à 17:00 | mercredi 19 août 2026 à 17:00 | samedi 19 septembre 2026 à 17:00 | lundi 19 octobre 2026 à 17:00 | jeudi 19 novembre 2026 à 17:00 | samedi 19 décembre 2026 à 17:00",
	"ga": "Dé Luain 19 Eanáir 2026 ag 17:00 | Déardaoin 19 Feabhra 2026 ag 17:00 | Déardaoin 19 Márta 2026 ag 17:00 | Dé Domhnaigh 19 Aibreán 2026 ag 17:00 | Dé Máirt 19 Bealtaine 2026 ag 17:00 | Dé hAoine 19 Meitheamh 2026 ag 17:00 | Dé Domhnaigh 19 Iúil 2026 ag 17:00 | Dé Céadaoin 19 Lúnasa 2026 ag 17:00 | Dé Sathairn 19 Meán Fómhair 2026 ag 17:00 | Dé Luain 19 Deireadh Fómhair 2026 ag 17:00 | Déardaoin 19 Samhain 2026 ag 17:00 | Dé Sathairn 19 Nollaig 2026 ag 17:00",
	"hr": "ponedjeljak, 19. siječnja 2026. u 17:00 | četvrtak, 19. veljače 2026. u 17:00 | četvrtak, 19. ožujka 2026. u 17:00 | nedjelja, 19. travnja 2026. u 17:00 | utorak, 19. svibnja 2026. u 17:00 | petak, 19. lipnja 2026. u 17:00 | nedjelja, 19. srpnja 2026. u 17:00 | srijeda, 19. kolovoza 2026. u 17:00 | subota, 19. rujna 2026. u 17:00 | ponedjeljak, 19. listopada 2026. u 17:00 | četvrtak, 19. studenoga 2026. u 17:00 | subota, 19. prosinca 2026. u 17:00",
	"hu": "2026. január 19., hétfő 17:00 | 2026. február 19., csütörtök 17:00 | 2026. március 19., csütörtök 17:00 | 2026. április 19., vasárnap 17:00 | 2026. május 19., kedd 17:00 | 2026. június 19., péntek 17:00 | 2026. július 19., vasárnap 17:00 | 2026. augusztus 19., szerda 17:00 | 2026. szeptember 19., szombat 17:00 | 2026. október 19., hétfő 17:00 | 2026. november 19., csütörtök 17:00 | 2026. december 19., szombat 17:00",
	"it": "lunedì 19 gennaio 2026 alle ore 17:00 | giovedì 19 febbraio 2026 alle ore 17:00 | giovedì 19 marzo 2026 alle ore 17:00 | domenica 19 aprile 2026 alle ore 17:00 | martedì 19 maggio 2026 alle ore 17:00 | venerdì 19 giugno 2026 alle ore 17:00 | domenica 19 luglio 2026 alle ore 17:00 | mercoledì 19 agosto 2026 alle ore 17:00 | sabato 19 settembre 2026 alle ore 17:00 | lunedì 19 ottobre 2026 alle ore 17:00 | giovedì 19 novembre 2026 alle ore 17:00 | sabato 19 dicembre 2026 alle ore 17:00",
	"lt": "2026 m. sausio 19 d., pirmadienis 17:00 | 2026 m. vasario 19 d., ketvirtadienis 17:00 | 2026 m. kovo 19 d., ketvirtadienis 17:00 | 2026 m. balandžio 19 d., sekmadienis 17:00 | 2026 m. gegužės 19 d., antradienis 17:00 | 2026 m. birželio 19 d., penktadienis 17:00 | 2026 m. liepos 19 d., sekmadienis 17:00 | 2026 m. rugpjūčio 19 d., trečiadienis 17:00 | 2026 m. rugsėjo 19 d., šeštadienis 17:00 | 2026 m. spalio 19 d., pirmadienis 17:00 | 2026 m. lapkričio 19 d., ketvirtadienis 17:00 | 2026 m. gruodžio 19 d., šeštadienis 17:00",
	"lv": "pirmdiena, 2026. gada 19. janvāris 17:00 | ceturtdiena, 2026. gada 19. februāris 17:00 | ceturtdiena, 2026. gada 19. marts 17:00 | svētdiena, 2026. gada 19. aprīlis 17:00 | otrdiena, 2026. gada 19. maijs 17:00 | piektdiena, 2026. gada 19. jūnijs 17:00 | svētdiena, 2026. gada 19. jūlijs 17:00 | trešdiena, 2026. gada 19. augusts 17:00 | sestdiena, 2026. gada 19. septembris 17:00 | pirmdiena, 2026. gada 19. oktobris 17:00 | ceturtdiena, 2026. gada 19. novembris 17:00 | sestdiena, 2026. gada 19. decembris 17:00",
	"mt": "It-Tnejn, 19 ta’ Jannar 2026 17:00 | Il-Ħamis, 19 ta’ Frar 2026 17:00 | Il-Ħamis, 19 ta’ Marzu 2026 17:00 | Il-Ħadd, 19 ta’ April 2026 17:00 | It-Tlieta, 19 ta’ Mejju 2026 17:00 | Il-Ġimgħa, 19 ta’ Ġunju 2026 17:00 | Il-Ħadd, 19 ta’ Lulju 2026 17:00 | L-Erbgħa, 19 ta’ Awwissu 2026 17:00 | Is-Sibt, 19 ta’ Settembru 2026 17:00 | It-Tnejn, 19 ta’ Ottubru 2026 17:00 | Il-Ħamis, 19 ta’ Novembru 2026 17:00 | Is-Sibt, 19 ta’ Diċembru 2026 17:00",
	"nl": "maandag 19 januari 2026 om 17:00 | donderdag 19 februari 2026 om 17:00 | donderdag 19 maart 2026 om 17:00 | zondag 19 april 2026 om 17:00 | dinsdag 19 mei 2026 om 17:00 | vrijdag 19 juni 2026 om 17:00 | zondag 19 juli 2026 om 17:00 | woensdag 19 augustus 2026 om 17:00 | zaterdag 19 september 2026 om 17:00 | maandag 19 oktober 2026 om 17:00 | donderdag 19 november 2026 om 17:00 | zaterdag 19 december 2026 om 17:00",
	"pl": "poniedziałek, 19 stycznia 2026 17:00 | czwartek, 19 lutego 2026 17:00 | czwartek, 19 marca 2026 17:00 | niedziela, 19 kwietnia 2026 17:00 | wtorek, 19 maja 2026 17:00 | piątek, 19 czerwca 2026 17:00 | niedziela, 19 lipca 2026 17:00 | środa, 19 sierpnia 2026 17:00 | sobota, 19 września 2026 17:00 | poniedziałek, 19 października 2026 17:00 | czwartek, 19 listopada 2026 17:00 | sobota, 19 grudnia 2026 17:00",
	"pt": "segunda-feira, 19 de janeiro de 2026 às 17:00 | quinta-feira, 19 de fevereiro de 2026 às 17:00 | quinta-feira, 19 de março de 2026 às 17:00 | domingo, 19 de abril de 2026 às 17:00 | terça-feira, 19 de maio de 2026 às 17:00 | sexta-feira, 19 de junho de 2026 às 17:00 | domingo, 19 de julho de 2026 às 17:00 | quarta-feira, 19 de agosto de 2026 às 17:00 | sábado, 19 de setembro de 2026 às 17:00 | segunda-feira, 19 de outubro de 2026 às 17:00 | quinta-feira, 19 de novembro de 2026 às 17:00 | sábado, 19 de dezembro de 2026 às 17:00",
	"ro": "luni, 19 ianuarie 2026 la 17:00 | joi, 19 februarie 2026 la 17:00 | joi, 19 martie 2026 la 17:00 | duminică, 19 aprilie 2026 la 17:00 | marți, 19 mai 2026 la 17:00 | vineri, 19 iunie 2026 la 17:00 | duminică, 19 iulie 2026 la 17:00 | miercuri, 19 august 2026 la 17:00 | sâmbătă, 19 septembrie 2026 la 17:00 | luni, 19 octombrie 2026 la 17:00 | joi, 19 noiembrie 2026 la 17:00 | sâmbătă, 19 decembrie 2026 la 17:00",
	"sk": "pondelok 19. januára 2026 o 17:00 | štvrtok 19. februára 2026 o 17:00 | štvrtok 19. marca 2026 o 17:00 | nedeľa 19. apríla 2026 o 17:00 | utorok 19. mája 2026 o 17:00 | piatok 19. júna 2026 o 17:00 | nedeľa 19. júla 2026 o 17:00 | streda 19. augusta 2026 o 17:00 | sobota 19. septembra 2026 o 17:00 | pondelok 19. októbra 2026 o 17:00 | štvrtok 19. novembra 2026 o 17:00 | sobota 19. decembra 2026 o 17:00",
	"sl": "ponedeljek, 19. januar 2026 ob 17:00 | četrtek, 19. februar 2026 ob 17:00 | četrtek, 19. marec 2026 ob 17:00 | nedelja, 19. april 2026 ob 17:00 | torek, 19. maj 2026 ob 17:00 | petek, 19. junij 2026 ob 17:00 | nedelja, 19. julij 2026 ob 17:00 | sreda, 19. avgust 2026 ob 17:00 | sobota, 19. september 2026 ob 17:00 | ponedeljek, 19. oktober 2026 ob 17:00 | četrtek, 19. november 2026 ob 17:00 | sobota, 19. december 2026 ob 17:00",
	"sv": "måndag 19 januari 2026 kl. 17:00 | torsdag 19 februari 2026 kl. 17:00 | torsdag 19 mars 2026 kl. 17:00 | söndag 19 april 2026 kl. 17:00 | tisdag 19 maj 2026 kl. 17:00 | fredag 19 juni 2026 kl. 17:00 | söndag 19 juli 2026 kl. 17:00 | onsdag 19 augusti 2026 kl. 17:00 | lördag 19 september 2026 kl. 17:00 | måndag 19 oktober 2026 kl. 17:00 | torsdag 19 november 2026 kl. 17:00 | lördag 19 december 2026 kl. 17:00",
}

// With the short names of months.
var shortDates = map[string]string{
	"bg": "19.01.2026 г. | 19.02.2026 г. | 19.03.2026 г. | 19.04.2026 г. | 19.05.2026 г. | 19.06.2026 г. | 19.07.2026 г. | 19.08.2026 г. | 19.09.2026 г. | 19.10.2026 г. | 19.11.2026 г. | 19.12.2026 г.",
	"cs": "19. 1. 2026 | 19. 2. 2026 | 19. 3. 2026 | 19. 4. 2026 | 19. 5. 2026 | 19. 6. 2026 | 19. 7. 2026 | 19. 8. 2026 | 19. 9. 2026 | 19. 10. 2026 | 19. 11. 2026 | 19. 12. 2026",
	"da": "19. jan. 2026 | 19. feb. 2026 | 19. mar. 2026 | 19. apr. 2026 | 19. maj 2026 | 19. jun. 2026 | 19. jul. 2026 | 19. aug. 2026 | 19. sep. 2026 | 19. okt. 2026 | 19. nov. 2026 | 19. dec. 2026",
	"de": "19. Jan. 2026 | 19. Feb. 2026 | 19. März 2026 | 19. Apr. 2026 | 19. Mai 2026 | 19. Juni 2026 | 19. Juli 2026 | 19. Aug. 2026 | 19. Sept. 2026 | 19. Okt. 2026 | 19. Nov. 2026 | 19. Dez. 2026",
	"el": "19 Ιαν 2026 | 19 Φεβ 2026 | 19 Μαρ 2026 | 19 Απρ 2026 | 19 Μαΐ 2026 | 19 Ιουν 2026 | 19 Ιουλ 2026 | 19 Αυγ 2026 | 19 Σεπ 2026 | 19 Οκτ 2026 | 19 Νοε 2026 | 19 Δεκ 2026",
	"en": "Jan 19, 2026 | Feb 19, 2026 | Mar 19, 2026 | Apr 19, 2026 | May 19, 2026 | Jun 19, 2026 | Jul 19, 2026 | Aug 19, 2026 | Sep 19, 2026 | Oct 19, 2026 | Nov 19, 2026 | Dec 19, 2026",
	"es": "19 ene 2026 | 19 feb 2026 | 19 mar 2026 | 19 abr 2026 | 19 may 2026 | 19 jun 2026 | 19 jul 2026 | 19 ago 2026 | 19 sept 2026 | 19 oct 2026 | 19 nov 2026 | 19 dic 2026",
	"et": "19. jaan 2026 | 19. veebr 2026 | 19. märts 2026 | 19. apr 2026 | 19. mai 2026 | 19. juuni 2026 | 19. juuli 2026 | 19. aug 2026 | 19. sept 2026 | 19. okt 2026 | 19. nov 2026 | 19. dets 2026",
	"fi": "19.1.2026 | 19.2.2026 | 19.3.2026 | 19.4.2026 | 19.5.2026 | 19.6.2026 | 19.7.2026 | 19.8.2026 | 19.9.2026 | 19.10.2026 | 19.11.2026 | 19.12.2026",
	"fr": "19 janv. 2026 | 19 févr. 2026 | 19 mars 2026 | 19 avr. 2026 | 19 mai 2026 | 19 juin 2026 | 19 juil. 2026 | 19 août 2026 | 19 sept. 2026 | 19 oct. 2026 | 19 nov. 2026 | 19 déc. 2026",
	"ga": "19 Ean 2026 | 19 Feabh 2026 | 19 Márta 2026 | 19 Aib 2026 | 19 Beal 2026 | 19 Meith 2026 | 19 Iúil 2026 | 19 Lún 2026 | 19 MFómh 2026 | 19 DFómh 2026 | 19 Samh 2026 | 19 Noll 2026",
	"hr": "19. sij 2026. | 19. velj 2026. | 19. ožu 2026. | 19. tra 2026. | 19. svi 2026. | 19. lip 2026. | 19. srp 2026. | 19. kol 2026. | 19. ruj 2026. | 19. lis 2026. | 19. stu 2026. | 19. pro 2026.",
	"hu": "2026. jan. 19. | 2026. febr. 19. | 2026. márc. 19. | 2026. ápr. 19. | 2026. máj. 19. | 2026. jún. 19. | 2026. júl. 19. | 2026. aug. 19. | 2026. szept. 19. | 2026. okt. 19. | 2026. nov. 19. | 2026. dec. 19.",
	"it": "19 gen 2026 | 19 feb 2026 | 19 mar 2026 | 19 apr 2026 | 19 mag 2026 | 19 giu 2026 | 19 lug 2026 | 19 ago 2026 | 19 set 2026 | 19 ott 2026 | 19 nov 2026 | 19 dic 2026",
	"lt": "2026-01-19 | 2026-02-19 | 2026-03-19 | 2026-04-19 | 2026-05-19 | 2026-06-19 | 2026-07-19 | 2026-08-19 | 2026-09-19 | 2026-10-19 | 2026-11-19 | 2026-12-19",
	"lv": "2026. g. 19. janv. | 2026. g. 19. febr. | 2026. g. 19. marts | 2026. g. 19. apr. | 2026. g. 19. maijs | 2026. g. 19. jūn. | 2026. g. 19. jūl. | 2026. g. 19. aug. | 2026. g. 19. sept. | 2026. g. 19. okt. | 2026. g. 19. nov. | 2026. g. 19. dec.",
	"mt": "19 ta’ Jan, 2026 | 19 ta’ Fra, 2026 | 19 ta’ Mar, 2026 | 19 ta’ Apr, 2026 | 19 ta’ Mej, 2026 | 19 ta’ Ġun, 2026 | 19 ta’ Lul, 2026 | 19 ta’ Aww, 2026 | 19 ta’ Set, 2026 | 19 ta’ Ott, 2026 | 19 ta’ Nov, 2026 | 19 ta’ Diċ, 2026",
	"nl": "19 jan 2026 | 19 feb 2026 | 19 mrt 2026 | 19 apr 2026 | 19 mei 2026 | 19 jun 2026 | 19 jul 2026 | 19 aug 2026 | 19 sep 2026 | 19 okt 2026 | 19 nov 2026 | 19 dec 2026",
	"pl": "19 sty 2026 | 19 lut 2026 | 19 mar 2026 | 19 kwi 2026 | 19 maj 2026 | 19 cze 2026 | 19 lip 2026 | 19 sie 2026 | 19 wrz 2026 | 19 paź 2026 | 19 lis 2026 | 19 gru 2026",
	"pt": "19 de jan. de 2026 | 19 de fev. de 2026 | 19 de mar. de 2026 | 19 de abr. de 2026 | 19 de mai. de 2026 | 19 de jun. de 2026 | 19 de jul. de 2026 | 19 de ago. de 2026 | 19 de set. de 2026 | 19 de out. de 2026 | 19 de nov. de 2026 | 19 de dez. de 2026",
	"ro": "19 ian. 2026 | 19 feb. 2026 | 19 mar. 2026 | 19 apr. 2026 | 19 mai 2026 | 19 iun. 2026 | 19 iul. 2026 | 19 aug. 2026 | 19 sept. 2026 | 19 oct. 2026 | 19 nov. 2026 | 19 dec. 2026",
	"sk": "19. 1. 2026 | 19. 2. 2026 | 19. 3. 2026 | 19. 4. 2026 | 19. 5. 2026 | 19. 6. 2026 | 19. 7. 2026 | 19. 8. 2026 | 19. 9. 2026 | 19. 10. 2026 | 19. 11. 2026 | 19. 12. 2026",
	"sl": "19. jan. 2026 | 19. feb. 2026 | 19. mar. 2026 | 19. apr. 2026 | 19. maj 2026 | 19. jun. 2026 | 19. jul. 2026 | 19. avg. 2026 | 19. sep. 2026 | 19. okt. 2026 | 19. nov. 2026 | 19. dec. 2026",
	"sv": "19 jan. 2026 | 19 feb. 2026 | 19 mars 2026 | 19 apr. 2026 | 19 maj 2026 | 19 juni 2026 | 19 juli 2026 | 19 aug. 2026 | 19 sep. 2026 | 19 okt. 2026 | 19 nov. 2026 | 19 dec. 2026",
}

func TestParseEuroDateEveryMonthOfEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range calls.Languages() {
		for style, dates := range map[string]string{"full": fullDates[language], "short": shortDates[language]} {
			months := strings.Split(dates, " | ")
			if len(months) != 12 {
				t.Fatalf("%s %s: %d months, want 12", language, style, len(months))
			}
			for i, text := range months {
				want := "2026-" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)) + "-19"
				if style == "full" {
					want += "T17:00"
				}
				for _, spelling := range []string{text, strings.ToUpper(text), calls.Fold(text)} {
					readsAs(t, spelling, language, want)
				}
			}
		}
	}
}

// readsAs wants the date read with the language known, and without it unless languages disagree.
func readsAs(t *testing.T, text, language, want string) {
	t.Helper()
	got, err := calls.ParseEuroDate(text, calls.DateOptions{Language: language})
	if err != nil || got != want {
		t.Errorf("ParseEuroDate(%q, %s) = %q, %v, want %q", text, language, got, err, want)
	}
	got, err = calls.ParseEuroDate(text, calls.DateOptions{})
	switch {
	case err == nil && got != want:
		t.Errorf("ParseEuroDate(%q) without a language = %q, want %q", text, got, want)
	case err != nil && !strings.Contains(err.Error(), "language must be known") && !strings.Contains(err.Error(), "ambiguous"):
		t.Errorf("ParseEuroDate(%q) without a language: %v", text, err)
	}
}
