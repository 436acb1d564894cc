"""Common first names and family names in a dozen languages, without accents: enough of them in a column tell that it holds names."""

_FIRST = """
james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew
joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott
brandon benjamin samuel gregory alexander patrick frank raymond jack dennis jerry tyler aaron jose adam nathan henry zachary douglas peter
kyle noah ethan jeremy walter christian keith roger terry austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan billy
bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent mason roy ralph bobby russell bradley philip eugene oliver
harry oscar leo freddie archie theo alfie nigel graham trevor barry clive gareth owen callum liam connor declan
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna
michelle carol amanda melissa deborah stephanie dorothy rebecca sharon laura cynthia amy kathleen angela shirley brenda emma anna pamela
nicole samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth
virginia lauren kelly christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann
kathryn abigail sophia frances jean alice judy isabella julia denise amber danielle marilyn beverly charlotte natalie theresa diana
brittany doris kayla alexis lori marie amelia poppy isla ava mia ella lily freya jane kate lucy sophie chloe zoe molly eve grace
hans peter klaus jurgen wolfgang dieter manfred uwe gunter horst bernd frank michael thomas andreas stefan christian markus matthias
sebastian florian tobias lukas leon finn jonas felix maximilian moritz torsten thorsten ralf rainer helmut gerhard heinz karl heinrich
ursula renate monika karin brigitte ingrid helga sabine petra andrea claudia susanne birgit heike anke katrin kerstin nicole stefanie
julia lena hannah leonie marie johanna greta ute gisela elke silke anja tanja
jean pierre michel andre philippe rene louis alain jacques bernard marcel daniel roger robert claude gerard thierry pascal olivier
laurent nicolas julien guillaume lucas hugo maxime antoine mathieu benoit francois etienne yves gilles didier herve
marie jeanne francoise monique catherine nathalie isabelle sylvie anne martine nicole christine valerie sandrine brigitte camille lea
manon chloe oceane elodie aurelie celine julie clemence margaux genevieve
antonio jose manuel francisco juan david javier carlos daniel alejandro miguel rafael pedro pablo angel sergio fernando jorge luis alberto
alvaro diego adrian raul ignacio inigo ruben enrique ramon vicente andres jesus
carmen maria josefa isabel ana laura cristina marta lucia pilar rocio noelia begona ainhoa dolores mercedes rosario inmaculada paula elena
raquel silvia beatriz nuria irene alba yolanda
giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio luca
marco matteo andrea lorenzo alessandro davide stefano roberto fabio simone federico riccardo enrico
anna maria giuseppina rosa angela giovanna teresa lucia carmela caterina francesca chiara giulia sara valentina alessia martina elisa
federica silvia elena paola laura roberta simona ilaria giorgia
joao jose antonio manuel carlos paulo pedro luis rui tiago nuno ricardo miguel goncalo duarte vasco rodrigo afonso diogo bruno
maria ana joana ines catarina beatriz mariana leonor sofia marta rita carla teresa margarida luisa fernanda juliana gabriela camila
jan piet kees henk willem gerrit johannes cornelis hendrik daan bram sem thijs ruben lars joost sjoerd wouter gijs jeroen bas maarten
sanne lotte femke maaike anouk esther marloes anneke johanna wilhelmina ingrid marieke fleur eva tess lieke saskia
piotr krzysztof andrzej tomasz pawel jan michal marcin jakub adam marek grzegorz lukasz zbigniew jerzy mateusz wojciech stanislaw
anna maria katarzyna malgorzata agnieszka barbara ewa magdalena elzbieta joanna krystyna zofia monika natalia aleksandra karolina dorota
beata iwona julia zuzanna
mehmet mustafa ahmet ali huseyin hasan ibrahim ismail osman yusuf murat omer ramazan halil suleyman abdullah emre burak can kemal
fatma ayse emine hatice zeynep elif meryem serife zehra sultan merve busra esra selin derya gul ozlem
анна сергеи ольга дмитрии елена иван наталья алексеи мария андреи татьяна михаил светлана николаи юлия александр владимир екатерина
ирина евгении павел виктор галина людмила константин артем максим анастасия дарья олег игорь юрии вера надежда
mohammed muhammad mohamed ahmed omar hassan hussein khalid fatima aisha maryam layla nour wei ming hiroshi yuki akira kenji sakura haruto
raj priya amit sanjay anil sunita deepak rahul anjali vikram lakshmi arjun ravi
lars erik anders karl nils sven bjorn johan magnus olof astrid ingrid karin kristina birgitta freja
katharina ferdinand leopold ottilie friedrich wilhelm ludwig konrad anton josef franz georg jakob emil theodor hermann rudolf otto walter
erwin egon hubert elisabeth margarete margarethe gertrud hildegard irmgard edith erika christa lieselotte waltraud barbara eva dorothea
friederike luise louise mathilda paula frieda emilia lina clara klara ida nele mila lara antonia theresa veronika magdalena franziska
frederic guy claire agathe helene juliette louane jade alice ines sarah emma rose anais laure ludovic fabrice cedric
gonzalo marcos hector oscar cristobal esteban mateo santiago sebastian emilio felipe guadalupe ximena valeria camila gabriela adriana
claudio daniele emanuele filippo gabriele giacomo nicola pasquale sergio tommaso umberto beatrice bianca caterina elisabetta
igor artur dariusz kamil rafal robert slawomir szymon witold bozena danuta grazyna halina jadwiga renata teresa urszula wanda
adem cem deniz ebru esma fadime gizem hakan kaan leyla nazli onur pinar serkan sibel tolga ufuk umut volkan yasemin
nikolai dmitri sergei alexei mikhail natasha olga svetlana tatiana irina elena ivan andrei anastasia yuri boris
chidi ngozi amara kwame kofi abena thandi sipho zanele fatou mamadou aminata
"""
_FAMILY = """
smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white roberts green hall wood jackson clarke
lewis harris clark hill scott martin moore allen king baker nelson carter mitchell perez turner phillips campbell parker edwards collins
stewart morris rogers reed cook morgan bell murphy bailey cooper richardson cox howard ward peterson gray ramirez watson brooks kelly
sanders price bennett hughes gallagher garcia rodriguez martinez hernandez lopez gonzalez sanchez
muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schafer koch bauer richter klein wolf schroder neumann schwarz
zimmermann braun kruger hofmann hartmann lange werner krause lehmann kohler petersen vogt lindemann dreyer
bernard dubois durand leroy moreau simon laurent lefebvre michel garcia david bertrand roux vincent fournier girard bonnet dupont lambert
fontaine rousseau mercier blanc guerin lefevre chevalier perrin dufour
fernandez gomez diaz moreno munoz alvarez romero alonso gutierrez navarro torres dominguez vazquez ramos gil serrano blanco molina iglesias
rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca costa giordano mancini rizzo lombardi
moretti
silva santos ferreira pereira oliveira costa rodrigues martins jesus sousa fernandes goncalves gomes lopes marques alves almeida ribeiro
pinto carvalho teixeira moreira correia mendes nunes souza lima
devries jansen janssen bakker visser smit meijer deboer mulder degroot bos vos peters hendriks dekker brouwer dewit dijkstra vandenberg
nowak kowalski wisniewski wojcik kowalczyk kaminski lewandowski zielinski szymanski wozniak dabrowski kozlowski jankowski mazur krawczyk
kowalska nowakowski
yilmaz kaya demir sahin celik yildiz yildirim ozturk aydin ozdemir arslan dogan kilic aslan cetin kara koc kurt
иванов смирнов кузнецов попов васильев петров соколов михаилов новиков федоров морозов волков алексеев лебедев семенов егоров иванова
смирнова кузнецова попова васильева петрова соколова новикова морозова волкова
johansson andersson hansen olsen larsen nilsson karlsson lindqvist lindberg virtanen nguyen tran kim lee park chen wang li zhang liu singh
kumar sharma patel khan ali hussain
"""
PEOPLE = frozenset(f"{_FIRST} {_FAMILY}".split()) - {
    "can",
    "grace",
    "price",
    "scott",
    "white",
    "green",
    "brown",
    "hill",
    "wood",
    "king",
    "gray",
}
FAMILY_SIGNS = frozenset("佐藤鈴木高橋田中伊渡辺山本村小林加吉王李张刘陈杨赵黄周吴徐孙張劉陳楊趙黃김이박최")
NOT_PEOPLE = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "spring",
        "summer",
        "autumn",
        "winter",
        "male",
        "female",
        "north",
        "south",
        "east",
        "west",
        "yes",
        "no",
    ]
)
