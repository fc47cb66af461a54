"""Sentences and questions about nothing in particular: similarities are counted from theirs.

Cosines of one model lie in a narrow band that differs from language to language; only the distance
to unrelated sentences of the text's own language means something. The sentences say the same in
each language, and were written for this purpose.
"""

SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        (
            "The treaty, signed in 1848 after three years of war, gave the northern provinces "
            "to the kingdom and obliged its neighbour to pay twelve million silver coins."
        ),
        (
            "Researchers at the university found that the enzyme speeds up the reaction only "
            "when the temperature stays between 30 and 40 degrees Celsius."
        ),
        (
            "With about 640,000 inhabitants the city is the second largest of the region and "
            "an important centre of trade, shipbuilding and the textile industry."
        ),
        (
            "The minister of finance announced on Thursday that taxes on fuel will be lowered "
            "by five percent, because many households can no longer pay their bills."
        ),
        (
            "In the second half the home team came back from behind and won 3-2, thanks to two "
            "goals by its nineteen-year-old striker."
        ),
        (
            "The church was built between 1386 and 1420 in the Gothic style, was destroyed by "
            "fire in the seventeenth century and later restored by an Italian architect."
        ),
        (
            "According to the police, four people were injured when a bus hit a lorry on the "
            "motorway; the cause of the accident is still being investigated."
        ),
        (
            "Mammals, birds and some fish keep their body temperature constant, while most "
            "reptiles depend on the warmth of their surroundings."
        ),
        (
            "The court ruled that the government had violated the constitution, since the law "
            "had been passed without the consent of parliament."
        ),
        (
            "She studied mathematics and philosophy in Vienna, taught at several schools and "
            "in 1911 became the first woman to lead the academy."
        ),
        (
            "The river rises in the mountains in the west, flows for 870 kilometres through a "
            "fertile plain and ends in a wide delta at the sea."
        ),
        (
            "The president accused the opposition of spreading lies, but refused to answer "
            "questions about the secret talks with foreign companies."
        ),
        (
            "During the economic crisis of the 1930s unemployment rose to 25 percent, and "
            "hundreds of thousands of farmers left the countryside for the cities."
        ),
        (
            "The disease is caused by bacteria that spread through polluted water; symptoms "
            "such as fever and headache usually appear after two weeks."
        ),
        (
            "The series, which was broadcast for the first time in 2009, received eight awards "
            "and was watched by almost ten million people every week."
        ),
        (
            "Electric current flows through the coil and creates a magnetic field, whose "
            "strength depends on the number of turns."
        ),
        (
            "Followers of this religion believe that the soul is born again after death, and "
            "they celebrate the new year with a festival of lights."
        ),
        (
            "The empire reached its greatest extent under the fourth emperor, whose armies "
            "conquered the islands in the south and the cities along the trade route."
        ),
        (
            "Most pupils attend public schools, which are paid for by the state, whereas about "
            "seven percent go to private ones, some of them run by the church."
        ),
        (
            "The company, founded by two brothers in 1923, employs 14,000 people and sells its "
            "software and machines in more than sixty countries."
        ),
    ),
    "nl": (
        (
            "Het verdrag, dat in 1848 na drie jaar oorlog werd ondertekend, gaf de noordelijke "
            "provincies aan het koninkrijk en verplichtte de buurstaat twaalf miljoen zilveren "
            "munten te betalen."
        ),
        (
            "Onderzoekers van de universiteit ontdekten dat het enzym de reactie alleen "
            "versnelt als de temperatuur tussen de 30 en 40 graden Celsius blijft."
        ),
        (
            "Met ongeveer 640.000 inwoners is de stad de op een na grootste van de regio en "
            "een belangrijk centrum van handel, scheepsbouw en textielindustrie."
        ),
        (
            "De minister van Financiën maakte donderdag bekend dat de belasting op brandstof "
            "met vijf procent omlaag gaat, omdat veel huishoudens hun rekeningen niet meer "
            "kunnen betalen."
        ),
        (
            "In de tweede helft kwam de thuisploeg terug van een achterstand en won met 3-2, "
            "dankzij twee doelpunten van haar negentienjarige spits."
        ),
        (
            "De kerk werd tussen 1386 en 1420 in gotische stijl gebouwd, brandde in de "
            "zeventiende eeuw af en werd later gerestaureerd door een Italiaanse architect."
        ),
        (
            "Volgens de politie raakten vier mensen gewond toen een bus op de snelweg tegen "
            "een vrachtwagen botste; de oorzaak van het ongeluk wordt nog onderzocht."
        ),
        (
            "Zoogdieren, vogels en sommige vissen houden hun lichaamstemperatuur constant, "
            "terwijl de meeste reptielen afhankelijk zijn van de warmte van hun omgeving."
        ),
        (
            "De rechtbank oordeelde dat de regering de grondwet had geschonden, omdat de wet "
            "zonder instemming van het parlement was aangenomen."
        ),
        (
            "Ze studeerde wiskunde en filosofie in Wenen, gaf les op verschillende scholen en "
            "werd in 1911 de eerste vrouw die de academie leidde."
        ),
        (
            "De rivier ontspringt in de bergen in het westen, stroomt 870 kilometer door een "
            "vruchtbare vlakte en eindigt in een brede delta aan zee."
        ),
        (
            "De president beschuldigde de oppositie ervan leugens te verspreiden, maar "
            "weigerde vragen te beantwoorden over de geheime gesprekken met buitenlandse "
            "bedrijven."
        ),
        (
            "Tijdens de economische crisis van de jaren dertig steeg de werkloosheid tot 25 "
            "procent en trokken honderdduizenden boeren van het platteland naar de steden."
        ),
        (
            "De ziekte wordt veroorzaakt door bacteriën die zich via vervuild water "
            "verspreiden; klachten als koorts en hoofdpijn treden meestal na twee weken op."
        ),
        (
            "De serie, die in 2009 voor het eerst werd uitgezonden, kreeg acht prijzen en werd "
            "elke week door bijna tien miljoen mensen bekeken."
        ),
        (
            "Door de spoel loopt een elektrische stroom, die een magnetisch veld opwekt "
            "waarvan de sterkte afhangt van het aantal windingen."
        ),
        (
            "Aanhangers van deze godsdienst geloven dat de ziel na de dood opnieuw wordt "
            "geboren, en vieren het nieuwe jaar met een lichtfeest."
        ),
        (
            "Het rijk bereikte zijn grootste omvang onder de vierde keizer, wiens legers de "
            "eilanden in het zuiden en de steden langs de handelsroute veroverden."
        ),
        (
            "De meeste leerlingen gaan naar openbare scholen, die door de staat worden "
            "betaald, terwijl ongeveer zeven procent naar particuliere gaat, waarvan sommige "
            "van de kerk zijn."
        ),
        (
            "Het bedrijf, in 1923 opgericht door twee broers, heeft 14.000 mensen in dienst en "
            "verkoopt zijn software en machines in meer dan zestig landen."
        ),
    ),
    "de": (
        (
            "Der Vertrag, der 1848 nach drei Jahren Krieg unterzeichnet wurde, gab die "
            "nördlichen Provinzen dem Königreich und verpflichtete den Nachbarn, zwölf "
            "Millionen Silbermünzen zu zahlen."
        ),
        (
            "Forscher der Universität fanden heraus, dass das Enzym die Reaktion nur "
            "beschleunigt, wenn die Temperatur zwischen 30 und 40 Grad Celsius bleibt."
        ),
        (
            "Mit rund 640.000 Einwohnern ist die Stadt die zweitgrößte der Region und ein "
            "wichtiges Zentrum des Handels, des Schiffbaus und der Textilindustrie."
        ),
        (
            "Der Finanzminister kündigte am Donnerstag an, dass die Steuern auf Kraftstoff um "
            "fünf Prozent gesenkt werden, weil viele Haushalte ihre Rechnungen nicht mehr "
            "bezahlen können."
        ),
        (
            "In der zweiten Halbzeit drehte die Heimmannschaft den Rückstand und gewann dank "
            "zweier Tore ihres neunzehnjährigen Stürmers mit 3:2."
        ),
        (
            "Die Kirche wurde zwischen 1386 und 1420 im gotischen Stil erbaut, im siebzehnten "
            "Jahrhundert durch einen Brand zerstört und später von einem italienischen "
            "Architekten restauriert."
        ),
        (
            "Nach Angaben der Polizei wurden vier Menschen verletzt, als ein Bus auf der "
            "Autobahn mit einem Lastwagen zusammenstieß; die Ursache des Unfalls wird noch "
            "untersucht."
        ),
        (
            "Säugetiere, Vögel und einige Fische halten ihre Körpertemperatur konstant, "
            "während die meisten Reptilien von der Wärme ihrer Umgebung abhängen."
        ),
        (
            "Das Gericht entschied, dass die Regierung gegen die Verfassung verstoßen hatte, "
            "da das Gesetz ohne Zustimmung des Parlaments verabschiedet worden war."
        ),
        (
            "Sie studierte Mathematik und Philosophie in Wien, unterrichtete an mehreren "
            "Schulen und leitete 1911 als erste Frau die Akademie."
        ),
        (
            "Der Fluss entspringt in den Bergen im Westen, fließt 870 Kilometer durch eine "
            "fruchtbare Ebene und endet in einem breiten Delta am Meer."
        ),
        (
            "Der Präsident warf der Opposition vor, Lügen zu verbreiten, weigerte sich aber, "
            "Fragen zu den geheimen Gesprächen mit ausländischen Unternehmen zu beantworten."
        ),
        (
            "Während der Wirtschaftskrise der 1930er Jahre stieg die Arbeitslosigkeit auf 25 "
            "Prozent, und Hunderttausende Bauern zogen vom Land in die Städte."
        ),
        (
            "Die Krankheit wird durch Bakterien verursacht, die sich über verschmutztes Wasser "
            "verbreiten; Symptome wie Fieber und Kopfschmerzen treten meist nach zwei Wochen "
            "auf."
        ),
        (
            "Die Serie, die 2009 zum ersten Mal ausgestrahlt wurde, erhielt acht Preise und "
            "wurde jede Woche von fast zehn Millionen Menschen gesehen."
        ),
        (
            "Elektrischer Strom fließt durch die Spule und erzeugt ein Magnetfeld, dessen "
            "Stärke von der Zahl der Windungen abhängt."
        ),
        (
            "Die Anhänger dieser Religion glauben, dass die Seele nach dem Tod wiedergeboren "
            "wird, und feiern das neue Jahr mit einem Lichterfest."
        ),
        (
            "Das Reich erreichte seine größte Ausdehnung unter dem vierten Kaiser, dessen "
            "Heere die Inseln im Süden und die Städte an der Handelsroute eroberten."
        ),
        (
            "Die meisten Schüler besuchen öffentliche Schulen, die der Staat bezahlt, während "
            "etwa sieben Prozent auf private gehen, von denen einige der Kirche gehören."
        ),
        (
            "Das Unternehmen, 1923 von zwei Brüdern gegründet, beschäftigt 14.000 Menschen und "
            "verkauft seine Software und Maschinen in mehr als sechzig Ländern."
        ),
    ),
    "fr": (
        (
            "Le traité, signé en 1848 après trois ans de guerre, donna les provinces du nord "
            "au royaume et obligea son voisin à payer douze millions de pièces d'argent."
        ),
        (
            "Des chercheurs de l'université ont découvert que l'enzyme n'accélère la réaction "
            "que si la température reste entre 30 et 40 degrés Celsius."
        ),
        (
            "Avec environ 640 000 habitants, la ville est la deuxième de la région et un "
            "centre important du commerce, de la construction navale et de l'industrie "
            "textile."
        ),
        (
            "Le ministre des Finances a annoncé jeudi que les taxes sur le carburant seront "
            "réduites de cinq pour cent, car de nombreux ménages ne peuvent plus payer leurs "
            "factures."
        ),
        (
            "En seconde période, l'équipe locale a remonté son retard et s'est imposée 3-2 "
            "grâce à deux buts de son attaquant de dix-neuf ans."
        ),
        (
            "L'église fut construite entre 1386 et 1420 dans le style gothique, détruite par "
            "un incendie au XVIIe siècle, puis restaurée par un architecte italien."
        ),
        (
            "Selon la police, quatre personnes ont été blessées lorsqu'un autobus a heurté un "
            "camion sur l'autoroute ; la cause de l'accident est encore à l'étude."
        ),
        (
            "Les mammifères, les oiseaux et certains poissons gardent une température "
            "corporelle constante, tandis que la plupart des reptiles dépendent de la chaleur "
            "de leur milieu."
        ),
        (
            "Le tribunal a jugé que le gouvernement avait violé la Constitution, puisque la "
            "loi avait été adoptée sans l'accord du parlement."
        ),
        (
            "Elle étudia les mathématiques et la philosophie à Vienne, enseigna dans plusieurs "
            "écoles et devint en 1911 la première femme à diriger l'académie."
        ),
        (
            "Le fleuve prend sa source dans les montagnes à l'ouest, traverse sur 870 "
            "kilomètres une plaine fertile et se termine par un large delta au bord de la mer."
        ),
        (
            "Le président a accusé l'opposition de répandre des mensonges, mais a refusé de "
            "répondre aux questions sur les négociations secrètes avec des entreprises "
            "étrangères."
        ),
        (
            "Pendant la crise économique des années 1930, le chômage atteignit 25 pour cent et "
            "des centaines de milliers de paysans quittèrent la campagne pour les villes."
        ),
        (
            "La maladie est causée par des bactéries qui se propagent par l'eau polluée ; des "
            "symptômes comme la fièvre et les maux de tête apparaissent en général après deux "
            "semaines."
        ),
        (
            "La série, diffusée pour la première fois en 2009, a reçu huit prix et était "
            "regardée chaque semaine par près de dix millions de personnes."
        ),
        (
            "Un courant électrique parcourt la bobine et crée un champ magnétique dont "
            "l'intensité dépend du nombre de spires."
        ),
        (
            "Les fidèles de cette religion croient que l'âme renaît après la mort, et ils "
            "célèbrent la nouvelle année par une fête des lumières."
        ),
        (
            "L'empire atteignit sa plus grande étendue sous le quatrième empereur, dont les "
            "armées conquirent les îles du sud et les villes le long de la route commerciale."
        ),
        (
            "La plupart des élèves fréquentent des écoles publiques, payées par l'État, tandis "
            "qu'environ sept pour cent vont dans des écoles privées, dont certaines dépendent "
            "de l'Église."
        ),
        (
            "L'entreprise, fondée par deux frères en 1923, emploie 14 000 personnes et vend "
            "ses logiciels et ses machines dans plus de soixante pays."
        ),
    ),
    "es": (
        (
            "El tratado, firmado en 1848 tras tres años de guerra, entregó las provincias del "
            "norte al reino y obligó a su vecino a pagar doce millones de monedas de plata."
        ),
        (
            "Investigadores de la universidad descubrieron que la enzima solo acelera la "
            "reacción cuando la temperatura se mantiene entre 30 y 40 grados Celsius."
        ),
        (
            "Con unos 640.000 habitantes, la ciudad es la segunda más grande de la región y un "
            "centro importante del comercio, la construcción naval y la industria textil."
        ),
        (
            "El ministro de Hacienda anunció el jueves que los impuestos sobre el combustible "
            "bajarán un cinco por ciento, porque muchos hogares ya no pueden pagar sus "
            "facturas."
        ),
        (
            "En la segunda parte el equipo local remontó y ganó por 3-2 gracias a dos goles de "
            "su delantero de diecinueve años."
        ),
        (
            "La iglesia se construyó entre 1386 y 1420 en estilo gótico, fue destruida por un "
            "incendio en el siglo XVII y más tarde la restauró un arquitecto italiano."
        ),
        (
            "Según la policía, cuatro personas resultaron heridas cuando un autobús chocó con "
            "un camión en la autopista; todavía se investiga la causa del accidente."
        ),
        (
            "Los mamíferos, las aves y algunos peces mantienen constante la temperatura de su "
            "cuerpo, mientras que la mayoría de los reptiles depende del calor de su entorno."
        ),
        (
            "El tribunal falló que el Gobierno había violado la Constitución, ya que la ley se "
            "había aprobado sin el consentimiento del parlamento."
        ),
        (
            "Estudió matemáticas y filosofía en Viena, enseñó en varias escuelas y en 1911 se "
            "convirtió en la primera mujer que dirigió la academia."
        ),
        (
            "El río nace en las montañas del oeste, recorre 870 kilómetros por una llanura "
            "fértil y termina en un ancho delta junto al mar."
        ),
        (
            "El presidente acusó a la oposición de difundir mentiras, pero se negó a responder "
            "a las preguntas sobre las conversaciones secretas con empresas extranjeras."
        ),
        (
            "Durante la crisis económica de los años treinta el desempleo subió al 25 por "
            "ciento y cientos de miles de campesinos dejaron el campo por las ciudades."
        ),
        (
            "La enfermedad la causan bacterias que se propagan por el agua contaminada; "
            "síntomas como la fiebre y el dolor de cabeza suelen aparecer a las dos semanas."
        ),
        (
            "La serie, que se emitió por primera vez en 2009, recibió ocho premios y la veían "
            "cada semana casi diez millones de personas."
        ),
        (
            "La corriente eléctrica pasa por la bobina y crea un campo magnético cuya "
            "intensidad depende del número de espiras."
        ),
        (
            "Los seguidores de esta religión creen que el alma vuelve a nacer después de la "
            "muerte y celebran el año nuevo con una fiesta de luces."
        ),
        (
            "El imperio alcanzó su mayor extensión con el cuarto emperador, cuyos ejércitos "
            "conquistaron las islas del sur y las ciudades de la ruta comercial."
        ),
        (
            "La mayoría de los alumnos va a escuelas públicas, que paga el Estado, mientras "
            "que cerca del siete por ciento va a privadas, algunas de ellas de la Iglesia."
        ),
        (
            "La empresa, fundada por dos hermanos en 1923, da empleo a 14.000 personas y vende "
            "sus programas y máquinas en más de sesenta países."
        ),
    ),
    "ru": (
        (
            "Договор, подписанный в 1848 году после трёх лет войны, передал северные провинции "
            "королевству и обязал соседа выплатить двенадцать миллионов серебряных монет."
        ),
        (
            "Исследователи университета обнаружили, что фермент ускоряет реакцию, только если "
            "температура остаётся между 30 и 40 градусами Цельсия."
        ),
        (
            "Город с населением около 640 000 человек — второй по величине в регионе и важный "
            "центр торговли, судостроения и текстильной промышленности."
        ),
        (
            "Министр финансов объявил в четверг, что налоги на топливо будут снижены на пять "
            "процентов, потому что многие семьи больше не могут оплачивать счета."
        ),
        (
            "Во втором тайме хозяева отыгрались и победили со счётом 3:2 благодаря двум голам "
            "своего девятнадцатилетнего нападающего."
        ),
        (
            "Церковь была построена между 1386 и 1420 годами в готическом стиле, сгорела в "
            "XVII веке и позже была восстановлена итальянским архитектором."
        ),
        (
            "По данным полиции, четыре человека пострадали, когда автобус столкнулся с "
            "грузовиком на шоссе; причина аварии ещё выясняется."
        ),
        (
            "Млекопитающие, птицы и некоторые рыбы поддерживают постоянную температуру тела, "
            "тогда как большинство рептилий зависит от тепла окружающей среды."
        ),
        (
            "Суд постановил, что правительство нарушило конституцию, поскольку закон был "
            "принят без согласия парламента."
        ),
        (
            "Она изучала математику и философию в Вене, преподавала в нескольких школах и в "
            "1911 году стала первой женщиной, возглавившей академию."
        ),
        (
            "Река берёт начало в горах на западе, течёт 870 километров по плодородной равнине "
            "и заканчивается широкой дельтой у моря."
        ),
        (
            "Президент обвинил оппозицию в распространении лжи, но отказался отвечать на "
            "вопросы о тайных переговорах с иностранными компаниями."
        ),
        (
            "Во время экономического кризиса 1930-х годов безработица выросла до 25 процентов, "
            "и сотни тысяч крестьян ушли из деревень в города."
        ),
        (
            "Болезнь вызывают бактерии, которые распространяются через загрязнённую воду; "
            "такие симптомы, как жар и головная боль, обычно появляются через две недели."
        ),
        (
            "Сериал, впервые показанный в 2009 году, получил восемь наград, и каждую неделю "
            "его смотрели почти десять миллионов человек."
        ),
        (
            "Электрический ток проходит через катушку и создаёт магнитное поле, сила которого "
            "зависит от числа витков."
        ),
        (
            "Последователи этой религии верят, что душа после смерти рождается вновь, и "
            "встречают новый год праздником огней."
        ),
        (
            "Империя достигла наибольших размеров при четвёртом императоре, чьи войска "
            "завоевали острова на юге и города вдоль торгового пути."
        ),
        (
            "Большинство учеников ходит в государственные школы, а около семи процентов — в "
            "частные, часть которых принадлежит церкви."
        ),
        (
            "В компании, основанной двумя братьями в 1923 году, работают 14 000 человек, а её "
            "программы и машины продаются более чем в шестидесяти странах."
        ),
    ),
    "ar": (
        (
            "منحت المعاهدة التي وقعت عام 1848 بعد ثلاث سنوات من الحرب المقاطعات الشمالية "
            "للمملكة وألزمت جارتها بدفع اثني عشر مليون قطعة فضية."
        ),
        (
            "وجد باحثون في الجامعة أن الإنزيم لا يسرع التفاعل إلا إذا بقيت درجة الحرارة بين 30 "
            "و40 درجة مئوية."
        ),
        (
            "يبلغ عدد سكان المدينة نحو 640 ألف نسمة، وهي ثاني أكبر مدينة في المنطقة ومركز مهم "
            "للتجارة وبناء السفن وصناعة النسيج."
        ),
        (
            "أعلن وزير المالية يوم الخميس أن الضرائب على الوقود ستخفض بنسبة خمسة في المئة، لأن "
            "كثيرا من الأسر لم تعد قادرة على دفع فواتيرها."
        ),
        (
            "في الشوط الثاني عوض الفريق المضيف تأخره وفاز بثلاثة أهداف مقابل هدفين بفضل هدفين "
            "لمهاجمه البالغ من العمر تسعة عشر عاما."
        ),
        (
            "بنيت الكنيسة بين عامي 1386 و1420 على الطراز القوطي، ودمرها حريق في القرن السابع "
            "عشر، ثم رممها مهندس معماري إيطالي."
        ),
        (
            "قالت الشرطة إن أربعة أشخاص أصيبوا عندما اصطدمت حافلة بشاحنة على الطريق السريع، "
            "ولا يزال التحقيق في سبب الحادث جاريا."
        ),
        (
            "تحافظ الثدييات والطيور وبعض الأسماك على حرارة ثابتة لأجسامها، بينما تعتمد معظم "
            "الزواحف على دفء محيطها."
        ),
        "قضت المحكمة بأن الحكومة انتهكت الدستور، لأن القانون أقر من دون موافقة البرلمان.",
        (
            "درست الرياضيات والفلسفة في فيينا، ودرّست في عدة مدارس، وأصبحت عام 1911 أول امرأة "
            "تقود الأكاديمية."
        ),
        (
            "ينبع النهر من الجبال في الغرب، ويجري 870 كيلومترا عبر سهل خصب، وينتهي بدلتا واسعة "
            "عند البحر."
        ),
        (
            "اتهم الرئيس المعارضة بنشر الأكاذيب، لكنه رفض الإجابة عن أسئلة حول المحادثات "
            "السرية مع شركات أجنبية."
        ),
        (
            "خلال الأزمة الاقتصادية في ثلاثينيات القرن العشرين ارتفعت البطالة إلى 25 في المئة، "
            "وترك مئات الآلاف من المزارعين الريف إلى المدن."
        ),
        (
            "تسبب المرض بكتيريا تنتشر عبر المياه الملوثة، وتظهر أعراض مثل الحمى والصداع عادة "
            "بعد أسبوعين."
        ),
        (
            "حصل المسلسل الذي عرض لأول مرة عام 2009 على ثماني جوائز، وكان يشاهده كل أسبوع نحو "
            "عشرة ملايين شخص."
        ),
        "يمر التيار الكهربائي في الملف ويولد مجالا مغناطيسيا تتوقف قوته على عدد اللفات.",
        (
            "يؤمن أتباع هذه الديانة بأن الروح تولد من جديد بعد الموت، ويحتفلون بالسنة الجديدة "
            "بعيد للأنوار."
        ),
        (
            "بلغت الإمبراطورية أقصى اتساعها في عهد الإمبراطور الرابع الذي فتحت جيوشه الجزر في "
            "الجنوب والمدن على طول طريق التجارة."
        ),
        (
            "يذهب معظم التلاميذ إلى مدارس عامة تمولها الدولة، بينما يذهب نحو سبعة في المئة إلى "
            "مدارس خاصة يتبع بعضها الكنيسة."
        ),
        (
            "أسس الشركة أخوان عام 1923، ويعمل فيها 14 ألف شخص، وتبيع برامجها وآلاتها في أكثر "
            "من ستين بلدا."
        ),
    ),
    "zh": (
        "该条约在三年战争之后于1848年签署,把北方各省划归王国,并要求邻国支付一千二百万枚银币。",
        "这所大学的研究人员发现,只有温度保持在30到40摄氏度之间时,这种酶才会加快反应。",
        "这座城市约有64万居民,是该地区第二大城市,也是贸易、造船和纺织工业的重要中心。",
        "财政部长星期四宣布,由于许多家庭已无力支付账单,燃油税将降低百分之五。",
        "下半场主队后来居上,凭借十九岁前锋的两个进球以三比二获胜。",
        "这座教堂建于1386年至1420年间,属哥特式风格,十七世纪毁于火灾,后来由一位意大利建筑师修复。",
        "据警方称,一辆公共汽车在高速公路上与卡车相撞,造成四人受伤,事故原因仍在调查之中。",
        "哺乳动物、鸟类和一些鱼类保持恒定的体温,而大多数爬行动物依赖周围环境的热量。",
        "法院裁定政府违反了宪法,因为该法律未经议会同意就获得通过。",
        "她在维也纳学习数学和哲学,曾在几所学校任教,1911年成为第一位领导该学院的女性。",
        "这条河发源于西部山区,流经870公里的肥沃平原,在海边形成宽阔的三角洲。",
        "总统指责反对派散布谎言,但拒绝回答有关与外国公司秘密会谈的问题。",
        "在二十世纪三十年代的经济危机中,失业率上升到百分之二十五,数十万农民离开乡村前往城市。",
        "这种疾病由通过受污染的水传播的细菌引起,发烧和头痛等症状通常在两周后出现。",
        "这部电视剧于2009年首播,获得八个奖项,每周有近一千万人观看。",
        "电流流过线圈产生磁场,磁场的强度取决于线圈的匝数。",
        "这种宗教的信徒相信灵魂在死后会再生,并以灯节庆祝新年。",
        "帝国在第四位皇帝统治时期达到最大疆域,他的军队征服了南方的岛屿和商路沿线的城市。",
        "大多数学生就读于由国家出资的公立学校,约百分之七的学生上私立学校,其中一些由教会开办。",
        "这家公司由两兄弟于1923年创立,拥有一万四千名员工,其软件和机器销往六十多个国家。",
    ),
    "el": (
        (
            "Η συνθήκη, που υπογράφηκε το 1848 ύστερα από τρία χρόνια πολέμου, έδωσε τις "
            "βόρειες επαρχίες στο βασίλειο και υποχρέωσε τον γείτονά του να πληρώσει δώδεκα "
            "εκατομμύρια ασημένια νομίσματα."
        ),
        (
            "Ερευνητές του πανεπιστημίου διαπίστωσαν ότι το ένζυμο επιταχύνει την αντίδραση "
            "μόνο όταν η θερμοκρασία μένει μεταξύ 30 και 40 βαθμών Κελσίου."
        ),
        (
            "Με περίπου 640.000 κατοίκους η πόλη είναι η δεύτερη μεγαλύτερη της περιοχής και "
            "σημαντικό κέντρο του εμπορίου, της ναυπηγικής και της κλωστοϋφαντουργίας."
        ),
        (
            "Ο υπουργός Οικονομικών ανακοίνωσε την Πέμπτη ότι οι φόροι στα καύσιμα θα μειωθούν "
            "κατά πέντε τοις εκατό, επειδή πολλά νοικοκυριά δεν μπορούν πια να πληρώσουν τους "
            "λογαριασμούς τους."
        ),
        (
            "Στο δεύτερο ημίχρονο η γηπεδούχος ομάδα ανέτρεψε το σκορ και κέρδισε 3-2 χάρη σε "
            "δύο γκολ του δεκαεννιάχρονου επιθετικού της."
        ),
        (
            "Η εκκλησία χτίστηκε μεταξύ 1386 και 1420 σε γοτθικό ρυθμό, καταστράφηκε από "
            "πυρκαγιά τον δέκατο έβδομο αιώνα και αργότερα αποκαταστάθηκε από έναν Ιταλό "
            "αρχιτέκτονα."
        ),
        (
            "Σύμφωνα με την αστυνομία, τέσσερα άτομα τραυματίστηκαν όταν ένα λεωφορείο "
            "συγκρούστηκε με φορτηγό στον αυτοκινητόδρομο· η αιτία του δυστυχήματος ερευνάται "
            "ακόμη."
        ),
        (
            "Τα θηλαστικά, τα πουλιά και μερικά ψάρια διατηρούν σταθερή τη θερμοκρασία του "
            "σώματός τους, ενώ τα περισσότερα ερπετά εξαρτώνται από τη ζέστη του "
            "περιβάλλοντος."
        ),
        (
            "Το δικαστήριο έκρινε ότι η κυβέρνηση παραβίασε το σύνταγμα, αφού ο νόμος "
            "ψηφίστηκε χωρίς τη συγκατάθεση του κοινοβουλίου."
        ),
        (
            "Σπούδασε μαθηματικά και φιλοσοφία στη Βιέννη, δίδαξε σε διάφορα σχολεία και το "
            "1911 έγινε η πρώτη γυναίκα που διηύθυνε την ακαδημία."
        ),
        (
            "Ο ποταμός πηγάζει από τα βουνά στα δυτικά, κυλά 870 χιλιόμετρα μέσα από μια "
            "εύφορη πεδιάδα και καταλήγει σε ένα πλατύ δέλτα στη θάλασσα."
        ),
        (
            "Ο πρόεδρος κατηγόρησε την αντιπολίτευση ότι διαδίδει ψέματα, αλλά αρνήθηκε να "
            "απαντήσει σε ερωτήσεις για τις μυστικές συνομιλίες με ξένες εταιρείες."
        ),
        (
            "Στη διάρκεια της οικονομικής κρίσης της δεκαετίας του 1930 η ανεργία ανέβηκε στο "
            "25 τοις εκατό και εκατοντάδες χιλιάδες αγρότες άφησαν την ύπαιθρο για τις πόλεις."
        ),
        (
            "Η νόσος προκαλείται από βακτήρια που μεταδίδονται με το μολυσμένο νερό· "
            "συμπτώματα όπως ο πυρετός και ο πονοκέφαλος εμφανίζονται συνήθως μετά από δύο "
            "εβδομάδες."
        ),
        (
            "Η σειρά, που μεταδόθηκε για πρώτη φορά το 2009, πήρε οκτώ βραβεία και την "
            "παρακολουθούσαν κάθε εβδομάδα σχεδόν δέκα εκατομμύρια άνθρωποι."
        ),
        (
            "Το ηλεκτρικό ρεύμα περνά από το πηνίο και δημιουργεί ένα μαγνητικό πεδίο, του "
            "οποίου η ένταση εξαρτάται από τον αριθμό των σπειρών."
        ),
        (
            "Οι πιστοί αυτής της θρησκείας πιστεύουν ότι η ψυχή ξαναγεννιέται μετά τον θάνατο "
            "και γιορτάζουν το νέο έτος με μια γιορτή των φώτων."
        ),
        (
            "Η αυτοκρατορία έφτασε στη μεγαλύτερη έκτασή της επί του τέταρτου αυτοκράτορα, του "
            "οποίου οι στρατοί κατέκτησαν τα νησιά στον νότο και τις πόλεις κατά μήκος του "
            "εμπορικού δρόμου."
        ),
        (
            "Οι περισσότεροι μαθητές πηγαίνουν σε δημόσια σχολεία, που τα πληρώνει το κράτος, "
            "ενώ περίπου επτά τοις εκατό πηγαίνουν σε ιδιωτικά, μερικά από τα οποία ανήκουν "
            "στην Εκκλησία."
        ),
        (
            "Η εταιρεία, που ιδρύθηκε από δύο αδέλφια το 1923, απασχολεί 14.000 ανθρώπους και "
            "πουλά τα προγράμματα και τα μηχανήματά της σε περισσότερες από εξήντα χώρες."
        ),
    ),
}

QUESTIONS: tuple[str, ...] = (
    "How long does the bread have to rise?",
    "Where do sea turtles lay their eggs?",
    "Who won the final?",
    "What did the astronomer say?",
    "Hoeveel fietsen verkocht het bedrijf?",
    "Wanneer gaat de bibliotheek open?",
    "Wat zei de sterrenkundige over de sterren?",
    "Welke kleur kregen de keukenmuren?",
    "Warum kocht das Wasser in den Bergen schneller?",
    "Wer reparierte das Dach der Scheune?",
    "Von welchem Gleis fährt der Zug ab?",
    "Où poussent le mieux les tomates ?",
    "Combien de fois l'orchestre a-t-il répété ?",
    "Qui a gagné la finale ?",
    "¿Cuándo cierra la biblioteca?",
    "¿Qué dijo el astrónomo?",
    "¿De qué color es la puerta?",
    "Сколько велосипедов продала компания?",
    "Где черепахи откладывают яйца?",
    "متى تفتح المكتبة؟",
    "من فاز بالنهائي؟",
    "火车从几号站台出发?",
    "天文学家说了什么?",
    "Πόσα ποδήλατα πούλησε η εταιρεία;",
    "Πού μεγαλώνουν καλύτερα οι ντομάτες;",
)
